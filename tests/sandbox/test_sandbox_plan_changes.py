"""Another plan in the middle of a period: prorations to the second."""

from urllib.parse import urlencode

import pytest

from tests.sandbox.running import Api
from tests.sandbox.subscribing import Subscriber, lines, price, written


def test_an_upgrade_is_settled_on_the_next_invoice(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000, name="Starter"))
    ada.advance("2026-06-16")
    after = ada.change_price(price(billing, 9000, name="Team"))
    assert (after["items"]["data"][0]["price"]["unit_amount"], len(ada.invoices())) == (9000, 1)
    waiting = billing.made("GET", f"/v1/invoiceitems?customer={ada.id}&pending=true")["data"]
    assert sorted(entry["amount"] for entry in waiting) == [-1500, 4500]
    ada.advance("2026-07-01")
    assert lines(ada.invoice()) == [
        ("Unused time on Starter after 16 Jun 2026", -1500),
        ("Remaining time on Team after 16 Jun 2026", 4500),
        ("Team (at 90.00 USD / month)", 9000),
    ]
    parents = [line["parent"]["subscription_item_details"] for line in ada.invoice()["lines"]["data"]]
    assert [parent["proration"] for parent in parents] == [True, True, False]
    assert billing.made("GET", f"/v1/invoiceitems?customer={ada.id}&pending=true")["data"] == []
    assert billing.made("GET", f"/v1/invoiceitems/{waiting[0]['id']}")["invoice"] == ada.invoice()["id"]


def test_always_invoice_bills_the_difference_at_once(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000))
    ada.advance("2026-06-10 07:41")
    ada.change_price(price(billing, 10000), proration_behavior="always_invoice")
    invoice = ada.invoice()
    # 1,786,740 of 2,592,000 seconds are left
    assert [amount for _, amount in lines(invoice)] == [-2068, 6893]
    assert (invoice["billing_reason"], invoice["status"], invoice["amount_paid"]) == (
        "subscription_update",
        "paid",
        4825,
    )
    assert ada.period() == ("2026-06-01 00:00", "2026-07-01 00:00")


def test_no_prorations_means_the_new_price_from_the_next_period(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000))
    ada.change_price(price(billing, 10000), proration_behavior="none")
    ada.advance("2026-07-01")
    assert [invoice["total"] for invoice in ada.invoices()] == [3000, 10000]


def test_a_downgrade_leaves_a_credit_that_later_invoices_use_up(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 9000))
    ada.advance("2026-06-11")
    ada.change_price(price(billing, 3000), proration_behavior="always_invoice")
    invoice = ada.invoice()
    assert (invoice["total"], invoice["amount_due"], invoice["status"], invoice["ending_balance"]) == (
        -4000,
        0,
        "paid",
        -4000,
    )
    assert billing.made("GET", f"/v1/customers/{ada.id}")["balance"] == -4000
    ada.advance("2026-08-01")
    july, august = ada.invoices()[-2:]
    assert (july["total"], july["amount_due"], july["starting_balance"], july["ending_balance"]) == (
        3000,
        0,
        -4000,
        -1000,
    )
    assert (august["total"], august["amount_due"], august["amount_paid"], august["ending_balance"]) == (
        3000,
        2000,
        2000,
        0,
    )


def test_from_monthly_to_yearly_a_new_period_begins_at_once(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000))
    ada.advance("2026-06-16")
    ada.change(cancel_at_period_end="true")
    after = ada.change_price(price(billing, 30000, "year"))
    assert written(after["cancel_at"]) == "2027-06-16 00:00"
    assert ada.period() == ("2026-06-16 00:00", "2027-06-16 00:00")
    assert [amount for _, amount in lines(ada.invoice())] == [-1500, 30000]
    assert written(ada.subscription()["billing_cycle_anchor"]) == "2026-06-16 00:00"


def test_from_free_to_paid_is_billed_at_once(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    free = ada.subscribe(price(billing, 0))
    assert (free["status"], ada.invoice()["status"]) == ("active", "paid")
    ada.advance("2026-06-16")
    ada.change_price(price(billing, 3000))
    assert (ada.invoice()["total"], ada.period()[0]) == (3000, "2026-06-16 00:00")


def test_more_seats_and_another_item(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    item = ada.subscribe(price(billing, 1000, name="Seat"))["items"]["data"][0]["id"]
    ada.advance("2026-06-16")
    support = price(billing, 5000, name="Support")
    fields = {"items[0][id]": item, "items[0][quantity]": 3, "items[1][price]": support}
    after = ada.change(proration_behavior="always_invoice", **fields)
    assert lines(ada.invoice()) == [
        ("Unused time on Seat after 16 Jun 2026", -500),
        ("Remaining time on 3 × Seat after 16 Jun 2026", 1500),
        ("Remaining time on Support after 16 Jun 2026", 2500),
    ]
    extra = after["items"]["data"][1]["id"]
    ada.change(**{"items[0][id]": extra, "items[0][deleted]": "true", "proration_behavior": "none"})
    assert ada.advance("2026-07-01")["items"]["data"][0]["quantity"] == 3
    assert ada.invoice()["total"] == 3000


def test_discounts_are_in_the_prorations(billing: Api) -> None:
    half = billing.made("POST", "/v1/coupons", "percent_off=50&duration=forever")["id"]
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000), **{"discounts[0][coupon]": half})
    ada.advance("2026-06-16")
    ada.change_price(price(billing, 9000), proration_behavior="always_invoice")
    assert [amount for _, amount in lines(ada.invoice())] == [-750, 2250]
    assert ada.invoice()["total"] == 1500


def test_a_trial_ends_early_and_is_billed(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000), trial_period_days=30)
    ada.advance("2026-06-05")
    after = ada.change(trial_end="now")
    assert (after["status"], written(after["trial_end"])) == ("active", "2026-06-05 00:00")
    assert (ada.invoice()["amount_paid"], ada.period()) == (3000, ("2026-06-05 00:00", "2026-07-05 00:00"))


def test_an_upgrade_that_the_card_declines(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    item = ada.subscribe(price(billing, 3000))["items"]["data"][0]["id"]
    ada.pay_with("pm_card_chargeCustomerFail")
    ada.advance("2026-06-16")
    dear = {"items[0][id]": item, "items[0][price]": price(billing, 9000), "proration_behavior": "always_invoice"}
    path = f"/v1/subscriptions/{ada.subscription_id}"
    status, body = billing.call("POST", path, urlencode({**dear, "payment_behavior": "error_if_incomplete"}))
    assert (status, body["error"]["code"], len(ada.invoices())) == (402, "card_declined", 1)
    assert ada.subscription()["items"]["data"][0]["price"]["unit_amount"] == 3000
    after = ada.change(**dear)
    assert (after["status"], after["items"]["data"][0]["price"]["unit_amount"]) == ("past_due", 9000)
    assert ada.invoice()["status"] == "open"


@pytest.mark.parametrize("prorations", ["create_prorations", "always_invoice", "none"])
def test_a_preview_says_what_the_change_will_cost_and_changes_nothing(billing: Api, prorations: str) -> None:
    ada = Subscriber(billing, "2026-06-01")
    item = ada.subscribe(price(billing, 3000))["items"]["data"][0]["id"]
    ada.advance("2026-06-16")
    dear = price(billing, 9000)
    details = {"items][0][id": item, "items][0][price": dear, "proration_behavior": prorations}
    form = {"subscription": ada.subscription_id} | {
        f"subscription_details[{key}]": value for key, value in details.items()
    }
    preview = billing.made("POST", "/v1/invoices/create_preview", urlencode(form))
    assert (len(ada.invoices()), ada.subscription()["items"]["data"][0]["price"]["unit_amount"]) == (1, 3000)
    ada.change_price(dear, proration_behavior=prorations)
    ada.advance("2026-07-01") if prorations != "always_invoice" else None
    assert (lines(preview), preview["total"]) == (lines(ada.invoice()), ada.invoice()["total"])
