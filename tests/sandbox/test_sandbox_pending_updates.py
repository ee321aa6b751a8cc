"""An update with `payment_behavior=pending_if_incomplete` is made when it is paid for."""

from urllib.parse import urlencode

import pytest

from tests.sandbox.running import Api, Json
from tests.sandbox.subscribing import Subscriber, price, written

IF_PAID = {"payment_behavior": "pending_if_incomplete", "proration_behavior": "always_invoice"}
DECLINES = "pm_card_chargeCustomerFail"
PENDING = ("customer.subscription.pending_update_applied", "customer.subscription.pending_update_expired")


def _amount(subscription: Json) -> int:
    return int(subscription["items"]["data"][0]["price"]["unit_amount"])


def test_what_the_card_pays_is_made_at_once(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000))
    ada.advance("2026-06-16")
    after = ada.change_price(price(billing, 9000), **IF_PAID)
    assert (_amount(after), after["pending_update"], after["status"]) == (9000, None, "active")
    assert (ada.invoice()["status"], ada.invoice()["amount_paid"]) == ("paid", 3000)
    assert ada.told(*PENDING) == []


def test_what_the_card_declines_waits_for_23_hours_and_is_void_then(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000))
    ada.advance("2026-06-16 10:00")
    ada.pay_with(DECLINES)
    dear = price(billing, 9000)
    after = ada.change_price(dear, **IF_PAID)
    assert (_amount(after), after["status"], after["latest_invoice"]) == (3000, "active", ada.invoice()["id"])
    waiting = after["pending_update"]
    assert written(waiting["expires_at"]) == "2026-06-17 09:00"
    assert [item["price"]["id"] for item in waiting["subscription_items"]] == [dear]
    open_invoice = ada.invoice()
    assert (open_invoice["status"], open_invoice["next_payment_attempt"]) == ("open", None)

    assert ada.advance("2026-06-17 08:59")["pending_update"] == waiting
    after = ada.advance("2026-06-17 09:00")
    assert (_amount(after), after["pending_update"], after["status"]) == (3000, None, "active")
    assert ada.invoice()["status"] == "void"
    assert ada.told(*PENDING) == ["customer.subscription.pending_update_expired"]
    assert billing.made("GET", f"/v1/invoiceitems?customer={ada.id}&pending=true")["data"] == []
    ada.pay_with("pm_card_visa")
    ada.advance("2026-07-01")
    assert [invoice["status"] for invoice in ada.invoices()] == ["paid", "void", "paid"]
    assert ada.invoice()["total"] == 3000


def test_another_card_pays_the_invoice_and_the_update_is_applied(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000))
    ada.advance("2026-06-16")
    ada.pay_with(DECLINES)
    ada.change_price(price(billing, 90_000, "year"), **IF_PAID)
    assert ada.period() == ("2026-06-01 00:00", "2026-07-01 00:00")
    card = ada.pay_with("pm_card_visa")
    billing.made("POST", f"/v1/invoices/{ada.invoice()['id']}/pay", f"payment_method={card}")
    after = ada.subscription()
    assert (_amount(after), after["pending_update"]) == (90_000, None)
    assert ada.period() == ("2026-06-16 00:00", "2027-06-16 00:00")
    assert ada.told(*PENDING) == ["customer.subscription.pending_update_applied"]


def test_a_newer_update_takes_the_place_of_one_that_waits(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000))
    ada.advance("2026-06-16")
    ada.pay_with(DECLINES)
    ada.change_price(price(billing, 9000), **IF_PAID)
    dearer = price(billing, 20_000)
    after = ada.change_price(dearer, **IF_PAID)
    assert [item["price"]["id"] for item in after["pending_update"]["subscription_items"]] == [dearer]
    assert [invoice["status"] for invoice in ada.invoices()] == ["paid", "void", "open"]


def test_to_void_the_invoice_cancels_the_update(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000))
    ada.advance("2026-06-16")
    ada.pay_with(DECLINES)
    ada.change_price(price(billing, 9000), **IF_PAID)
    billing.made("POST", f"/v1/invoices/{ada.invoice()['id']}/void")
    assert ada.subscription()["pending_update"] is None


def test_near_the_end_of_the_period_it_waits_no_longer_than_that(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000))
    ada.advance("2026-06-30 12:00")
    ada.pay_with(DECLINES)
    after = ada.change_price(price(billing, 900_000), **IF_PAID)
    assert written(after["pending_update"]["expires_at"]) == "2026-07-01 00:00"
    ada.pay_with("pm_card_visa")
    after = ada.advance("2026-07-01")
    assert (_amount(after), after["pending_update"]) == (3000, None)
    assert [invoice["status"] for invoice in ada.invoices()] == ["paid", "void", "paid"]


def test_what_costs_nothing_is_made_at_once(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 9000))
    ada.advance("2026-06-16")
    ada.pay_with(DECLINES)
    after = ada.change_price(price(billing, 3000), **IF_PAID)
    assert (_amount(after), after["pending_update"], ada.invoice()["amount_due"]) == (3000, None, 0)


@pytest.mark.parametrize("field", ["description", "default_payment_method", "cancel_at_period_end"])
def test_only_what_a_pending_update_can_hold_may_be_changed_with_it(billing: Api, field: str) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000))
    form = urlencode({"payment_behavior": "pending_if_incomplete", field: "x"})
    answer = billing.answer("POST", f"/v1/subscriptions/{ada.subscription_id}", form)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, field)
