"""How subscriptions begin and end."""

from urllib.parse import urlencode

import pytest

from tests.sandbox.running import Api
from tests.sandbox.subscribing import DAY, Subscriber, lines, moment, price, written


def test_a_subscription_begins_with_a_paid_invoice(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-31 10:00")
    made = ada.subscribe(price(billing, 2000), **{"metadata[account]": "7", "items[0][quantity]": 3})
    assert (made["status"], written(made["created"]), made["metadata"]) == (
        "active",
        "2026-01-31 10:00",
        {"account": "7"},
    )
    assert ada.period() == ("2026-01-31 10:00", "2026-02-28 10:00")
    invoice = ada.invoice()
    assert (invoice["billing_reason"], invoice["status"], invoice["amount_paid"]) == (
        "subscription_create",
        "paid",
        6000,
    )
    assert lines(invoice) == [("3 × Pro (at 20.00 USD / month)", 6000)]
    assert ada.told() == [
        "customer.created",
        "payment_method.attached",
        "customer.updated",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
        "charge.updated",
    ]
    created, updated = ada.events("customer.subscription.*")
    assert created["data"]["object"]["status"] == "incomplete"
    assert updated["data"]["previous_attributes"] == {"status": "incomplete"}
    assert {written(event["created"]) for event in ada.events()} == {"2026-01-31 10:00"}


def test_the_payment_behind_an_invoice_is_found_and_bears_nobodys_metadata(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-31")
    ada.subscribe(price(billing, 2000), **{"metadata[account]": "7"})
    invoice = billing.made("GET", f"/v1/invoices/{ada.invoice()['id']}?expand[]=payments")
    payment = invoice["payments"]["data"][0]
    listed = billing.made("GET", f"/v1/invoice_payments?invoice={invoice['id']}&expand[]=data.payment.payment_intent")
    assert [each["id"] for each in listed["data"]] == [payment["id"]]
    assert (payment["status"], payment["amount_paid"]) == ("paid", 2000)
    intent = listed["data"][0]["payment"]["payment_intent"]
    assert (intent["status"], intent["metadata"], intent["customer"]) == ("succeeded", {}, ada.id)
    by_intent = f"/v1/invoice_payments?payment[type]=payment_intent&payment[payment_intent]={intent['id']}"
    assert [each["invoice"] for each in billing.made("GET", by_intent)["data"]] == [invoice["id"]]
    charges = [row for row in billing.sandbox.control("GET", "ledger")["charges"] if row["metadata"] == {}]
    assert intent["latest_charge"] in [row["id"] for row in charges]


def test_a_declined_first_payment_leaves_it_incomplete_until_it_expires(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10", card="pm_card_chargeCustomerFail")
    made = ada.subscribe(price(billing, 2000))
    invoice = ada.invoice()
    assert (made["status"], invoice["status"], invoice["attempt_count"]) == ("incomplete", "open", 1)
    assert invoice["next_payment_attempt"] is None
    assert ada.advance("2026-01-10 22:00")["status"] == "incomplete"
    after = ada.advance("2026-01-11")
    assert (after["status"], written(after["ended_at"])) == ("incomplete_expired", "2026-01-10 23:00")
    assert ada.invoice()["status"] == "void"
    told = ada.told("invoice.payment_failed", "invoice.voided", "payment_intent.canceled")
    assert told == ["invoice.payment_failed", "payment_intent.canceled", "invoice.voided"]


def test_an_incomplete_one_is_saved_by_another_card(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10", card="pm_card_chargeCustomerFail")
    ada.subscribe(price(billing, 2000))
    status, body = billing.call("POST", f"/v1/invoices/{ada.invoice()['id']}/pay")
    assert (status, body["error"]["code"]) == (402, "card_declined")
    good = ada.pay_with("pm_card_visa")
    paid = billing.made("POST", f"/v1/invoices/{ada.invoice()['id']}/pay", f"payment_method={good}")
    assert (paid["status"], ada.subscription()["status"]) == ("paid", "active")
    assert billing.call("POST", f"/v1/invoices/{paid['id']}/pay")[1]["error"]["code"] == "invoice_already_paid"


def test_default_incomplete_waits_for_the_buyer_to_confirm(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10", card=None)
    form = {"payment_behavior": "default_incomplete", "expand[]": "latest_invoice.confirmation_secret"}
    form["payment_settings[save_default_payment_method]"] = "on_subscription"
    made = ada.subscribe(price(billing, 2000), **form)
    secret = made["latest_invoice"]["confirmation_secret"]["client_secret"]
    assert made["status"] == "incomplete"
    intent_id = secret.split("_secret_")[0]
    billing.made("POST", f"/v1/payment_intents/{intent_id}/confirm", "payment_method=pm_card_visa")
    after = ada.subscription()
    assert (after["status"], ada.invoice()["status"]) == ("active", "paid")
    kept = billing.made("GET", f"/v1/payment_methods/{after['default_payment_method']}")
    assert kept["customer"] == ada.id


def test_without_a_card_or_with_error_if_incomplete_nothing_is_made(billing: Api) -> None:
    pro = price(billing, 2000)
    ada = Subscriber(billing, "2026-01-10", card=None)
    status, body = billing.call("POST", "/v1/subscriptions", f"customer={ada.id}&items[0][price]={pro}")
    assert (status, body["error"]["code"]) == (400, "resource_missing")
    ada.pay_with("pm_card_chargeCustomerFail")
    form = f"customer={ada.id}&items[0][price]={pro}&payment_behavior=error_if_incomplete"
    status, body = billing.call("POST", "/v1/subscriptions", form)
    assert (status, body["error"]["decline_code"]) == (402, "generic_decline")
    assert billing.made("GET", f"/v1/subscriptions?customer={ada.id}&status=all")["data"] == []


def test_a_trial_costs_nothing_is_announced_and_then_billed(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10")
    made = ada.subscribe(price(billing, 2000), trial_period_days=14)
    first = ada.invoice()
    assert (made["status"], first["total"], first["status"], lines(first)) == (
        "trialing",
        0,
        "paid",
        [("Trial period for Pro", 0)],
    )
    assert ada.advance("2026-01-21")["status"] == "trialing"
    assert [written(event["created"]) for event in ada.events("customer.subscription.trial_will_end")] == [
        "2026-01-21 00:00"
    ]
    assert ada.advance("2026-01-24")["status"] == "active"
    assert ada.period() == ("2026-01-24 00:00", "2026-02-24 00:00")
    assert (ada.invoice()["billing_reason"], ada.invoice()["amount_paid"]) == ("subscription_cycle", 2000)
    assert len(ada.events("customer.subscription.trial_will_end")) == 1


@pytest.mark.parametrize(("behavior", "status"), [("pause", "paused"), ("cancel", "canceled")])
def test_a_trial_without_a_card_ends_as_it_was_told_to(billing: Api, behavior: str, status: str) -> None:
    ada = Subscriber(billing, "2026-01-10", card=None)
    settings = {"trial_settings[end_behavior][missing_payment_method]": behavior}
    ada.subscribe(price(billing, 2000), trial_end=moment("2026-01-12"), **settings)
    assert ada.told("customer.subscription.trial_will_end") == ["customer.subscription.trial_will_end"]
    assert ada.advance("2026-03-01")["status"] == status
    assert len(ada.invoices()) == 1


def test_a_paused_one_is_resumed_with_a_card(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10", card=None)
    settings = {"trial_settings[end_behavior][missing_payment_method]": "pause"}
    ada.subscribe(price(billing, 2000), trial_period_days=5, **settings)
    ada.advance("2026-02-01")
    ada.pay_with("pm_card_visa")
    resumed = billing.made("POST", f"/v1/subscriptions/{ada.subscription_id}/resume", "billing_cycle_anchor=now")
    assert (resumed["status"], ada.period()) == ("active", ("2026-02-01 00:00", "2026-03-01 00:00"))
    assert ada.invoice()["amount_paid"] == 2000
    told = ada.told("customer.subscription.paused", "customer.subscription.resumed")
    assert told == ["customer.subscription.paused", "customer.subscription.resumed"]


def test_an_anchor_in_the_future_bills_the_part_up_to_it(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-16")
    ada.subscribe(price(billing, 3100), billing_cycle_anchor=moment("2026-02-01"))
    assert (ada.invoice()["total"], ada.period()) == (1600, ("2026-01-16 00:00", "2026-02-01 00:00"))
    ada.advance("2026-02-01")
    assert (ada.invoice()["total"], ada.period()) == (3100, ("2026-02-01 00:00", "2026-03-01 00:00"))


def test_it_can_end_with_its_period_and_change_its_mind(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10")
    ada.subscribe(price(billing, 2000))
    leaving = ada.change(cancel_at_period_end="true", **{"cancellation_details[feedback]": "too_expensive"})
    assert (leaving["status"], written(leaving["cancel_at"])) == ("active", "2026-02-10 00:00")
    details = {"comment": None, "feedback": "too_expensive", "reason": "cancellation_requested"}
    assert leaving["cancellation_details"] == details
    staying = ada.change(cancel_at_period_end="false")
    assert (staying["cancel_at"], staying["canceled_at"]) == (None, None)
    ada.change(cancel_at_period_end="true")
    gone = ada.advance("2026-02-20")
    assert (gone["status"], written(gone["ended_at"]), len(ada.invoices())) == ("canceled", "2026-02-10 00:00", 1)
    assert gone["cancellation_details"]["reason"] == "cancellation_requested"
    assert ada.told("customer.subscription.deleted") == ["customer.subscription.deleted"]
    assert billing.call("POST", f"/v1/subscriptions/{ada.subscription_id}", "description=x")[0] == 400


def test_canceled_at_once_with_the_unused_time_on_the_customers_balance(billing: Api) -> None:
    ada = Subscriber(billing, "2026-06-01")
    ada.subscribe(price(billing, 3000))
    ada.advance("2026-06-21")
    gone = billing.made("DELETE", f"/v1/subscriptions/{ada.subscription_id}?prorate=true&invoice_now=true")
    assert (gone["status"], ada.invoice()["total"]) == ("canceled", -1000)
    assert billing.made("GET", f"/v1/customers/{ada.id}")["balance"] == -1000
    assert billing.call("DELETE", f"/v1/subscriptions/{ada.subscription_id}")[0] == 404


def test_lists_tell_who_is_subscribed_to_what(billing: Api) -> None:
    pro, ada, bob = price(billing, 2000), Subscriber(billing, "2026-01-10"), Subscriber(billing, "2026-01-10")
    ada.subscribe(pro)
    bob.subscribe(pro, trial_period_days=7)
    billing.made("DELETE", f"/v1/subscriptions/{ada.subscription_id}")

    def found(asked: str) -> list[str]:
        return [each["id"] for each in billing.made("GET", f"/v1/subscriptions?price={pro}&{asked}")["data"]]

    assert found("") == found("status=trialing") == [bob.subscription_id]
    assert found("status=all") == [bob.subscription_id, ada.subscription_id]
    assert found("status=ended") == found("status=canceled") == [ada.subscription_id]
    assert found(f"customer={ada.id}&status=all") == [ada.subscription_id]


def test_bills_to_be_paid_by_hand_fall_overdue(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10", card=None)
    made = ada.subscribe(price(billing, 2000), collection_method="send_invoice", days_until_due=10)
    assert (made["status"], ada.invoice()["status"]) == ("active", "open")
    assert written(ada.invoice()["due_date"]) == "2026-01-20 00:00"
    assert ada.advance("2026-01-21")["status"] == "past_due"
    paid = billing.made("POST", f"/v1/invoices/{ada.invoice()['id']}/pay", "paid_out_of_band=true")
    assert (paid["status"], paid["amount_paid_off_stripe"], ada.subscription()["status"]) == ("paid", 2000, "active")
    assert ada.told("invoice.overdue", "invoice.sent") == ["invoice.sent", "invoice.overdue"]


def test_a_deleted_customer_or_clock_takes_the_subscription_along(billing: Api) -> None:
    ada, bob = Subscriber(billing, "2026-01-10"), Subscriber(billing, "2026-01-10")
    for each in (ada, bob):
        each.subscribe(price(billing, 2000))
    billing.made("DELETE", f"/v1/customers/{ada.id}")
    billing.made("DELETE", f"/v1/test_helpers/test_clocks/{bob.clock}")
    assert [each.subscription()["status"] for each in (ada, bob)] == ["canceled", "canceled"]
    assert billing.call("GET", f"/v1/test_helpers/test_clocks/{bob.clock}")[0] == 404
    # told at the time of a clock that the customer names no more
    assert ada.told("customer.deleted") == ["customer.deleted"]


def test_what_a_deleted_customer_owed_is_owed_by_nobody(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10", card="pm_card_chargeCustomerFail")
    ada.subscribe(price(billing, 2000))
    billing.made("DELETE", f"/v1/customers/{ada.id}")
    for verb in ("pay", "void"):
        assert billing.call("POST", f"/v1/invoices/{ada.invoice()['id']}/{verb}")[0] == 400


def test_a_coupon_for_everything_needs_no_card(billing: Api) -> None:
    gift = billing.made("POST", "/v1/coupons", "percent_off=100&duration=once")["id"]
    ada = Subscriber(billing, "2026-01-10", card=None)
    made = ada.subscribe(price(billing, 2000), **{"discounts[0][coupon]": gift})
    assert (made["status"], ada.invoice()["status"], ada.invoice()["total"]) == ("active", "paid", 0)
    assert ada.advance("2026-02-10")["status"] == "past_due"


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("items[0][price]", "price_none"),
        ("items[0][tax_rates][0]", "x"),
        ("default_payment_method", "pm_card_visa"),
        ("billing_cycle_anchor", str(moment("2030-01-01"))),
        ("trial_end", str(moment("2020-01-01"))),
        ("days_until_due", "5"),
        ("automatic_tax[enabled]", "true"),
        ("discounts[0][coupon]", "none"),
        ("pause_collection[behavior]", "void"),
    ],
)
def test_what_cannot_be_done_or_is_not_imitated_is_refused(billing: Api, param: str, value: str) -> None:
    ada = Subscriber(billing, "2026-01-10")
    form = urlencode({"customer": ada.id, "items[0][price]": price(billing, 2000), param: value})
    assert billing.call("POST", "/v1/subscriptions", form)[0] == 400
    assert billing.made("GET", f"/v1/subscriptions?customer={ada.id}&status=all")["data"] == []


def test_the_sandboxs_own_clock_renews_too(billing: Api) -> None:
    customer = billing.made("POST", "/v1/customers", "email=own%40example.com")["id"]
    method = billing.made("POST", "/v1/payment_methods/pm_card_visa/attach", f"customer={customer}")["id"]
    form = f"customer={customer}&items[0][price]={price(billing, 900, 'day')}&default_payment_method={method}"
    made = billing.made("POST", "/v1/subscriptions", form)
    moved = billing.sandbox.control("POST", "clock/advance", {"seconds": 3 * DAY + 60})
    assert moved["billing_steps_done"] == 3
    invoices = billing.made("GET", f"/v1/invoices?subscription={made['id']}")["data"]
    assert [each["created"] - made["created"] for each in reversed(invoices)] == [0, DAY, 2 * DAY, 3 * DAY]
