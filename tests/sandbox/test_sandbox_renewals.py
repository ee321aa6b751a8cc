"""What time does to a subscription: renewals, failed ones, pauses, discounts that run out."""

from pathlib import Path
from urllib.parse import urlencode

import requests

from tests.sandbox.running import Api, running_sandbox
from tests.sandbox.subscribing import Subscriber, lines, moment, price, written


def test_three_months_at_once_are_three_renewals_each_at_its_own_time(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-31 10:00")
    ada.subscribe(price(billing, 2000))
    ada.advance("2026-05-01")
    assert [written(invoice["created"]) for invoice in ada.invoices()] == [
        "2026-01-31 10:00",
        "2026-02-28 10:00",
        "2026-03-31 10:00",
        "2026-04-30 10:00",
    ]
    last = ada.invoice()
    # the invoice's own period is the one that ended, the line's is the one that begins
    assert (written(last["period_start"]), written(last["period_end"])) == ("2026-03-31 10:00", "2026-04-30 10:00")
    line = last["lines"]["data"][0]["period"]
    assert (written(line["start"]), written(line["end"])) == ("2026-04-30 10:00", "2026-05-31 10:00")
    intent = billing.made("GET", f"/v1/invoice_payments?invoice={last['id']}")["data"][0]["payment"]["payment_intent"]
    charge = billing.made("GET", f"/v1/payment_intents/{intent}?expand[]=latest_charge")["latest_charge"]
    assert (written(charge["created"]), charge["amount"], charge["status"]) == ("2026-04-30 10:00", 2000, "succeeded")
    numbers = [invoice["number"] for invoice in ada.invoices()]
    assert [number[-5:] for number in numbers] == ["-0001", "-0002", "-0003", "-0004"]


def test_a_renewal_tells_of_the_new_period_with_the_old_one(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-31")
    ada.subscribe(price(billing, 2000))
    ada.advance("2026-02-28")
    renewed = [
        event
        for event in ada.events("customer.subscription.updated")
        if "items" in event["data"]["previous_attributes"]
    ]
    before = renewed[0]["data"]["previous_attributes"]
    assert sorted(before) == ["items", "latest_invoice"]
    assert written(before["items"]["data"][0]["current_period_end"]) == "2026-02-28 00:00"
    assert written(renewed[0]["created"]) == "2026-02-28 00:00"


def test_a_card_that_fails_is_tried_five_times_and_then_it_is_over(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10")
    ada.subscribe(price(billing, 2000))
    ada.pay_with("pm_card_chargeCustomerFail")
    assert ada.advance("2026-02-10")["status"] == "past_due"
    invoice = ada.invoice()
    assert (invoice["status"], invoice["attempt_count"], written(invoice["next_payment_attempt"])) == (
        "open",
        1,
        "2026-02-11 00:00",
    )
    gone = ada.advance("2026-03-01")
    failed = ada.events("invoice.payment_failed")
    assert [written(event["created"]) for event in failed] == [
        "2026-02-10 00:00",
        "2026-02-11 00:00",
        "2026-02-14 00:00",
        "2026-02-19 00:00",
        "2026-02-26 00:00",
    ]
    assert [event["data"]["object"]["attempt_count"] for event in failed] == [1, 2, 3, 4, 5]
    assert (gone["status"], gone["cancellation_details"]["reason"]) == ("canceled", "payment_failed")
    invoice = ada.invoice()
    assert (invoice["status"], invoice["next_payment_attempt"], invoice["auto_advance"]) == ("open", None, False)
    assert len(ada.invoices()) == 2


def test_the_schedule_and_its_end_are_options(billing: Api) -> None:
    billing.sandbox.set(dunning_days=[2, 2], dunning_end="unpaid")
    ada = Subscriber(billing, "2026-01-10")
    ada.subscribe(price(billing, 2000))
    ada.pay_with("pm_card_chargeCustomerFail")
    assert ada.advance("2026-02-13")["status"] == "past_due"
    assert ada.advance("2026-03-10")["status"] == "unpaid"
    assert [invoice["status"] for invoice in ada.invoices()] == ["paid", "open", "draft"]
    billing.sandbox.set(dunning_days=[1, 3, 5, 7], dunning_end="cancel")
    card = ada.pay_with("pm_card_visa")
    billing.made("POST", f"/v1/invoices/{ada.invoices()[1]['id']}/pay", f"payment_method={card}")
    assert ada.subscription()["status"] == "active"


def test_a_bank_that_wants_to_see_the_buyer_again(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10")
    ada.subscribe(price(billing, 2000))
    ada.pay_with("pm_card_authenticationRequired")
    assert ada.advance("2026-02-10")["status"] == "past_due"
    told = ada.told("invoice.payment_action_required", "invoice.payment_failed")
    assert told == ["invoice.payment_action_required", "invoice.payment_failed"]
    expanded = billing.made("GET", f"/v1/invoices/{ada.invoice()['id']}?expand[]=confirmation_secret")
    intent = expanded["confirmation_secret"]["client_secret"].split("_secret_")[0]
    form = f"payment_method={ada.card}&return_url=https%3A%2F%2Fshop.example"
    asked = billing.made("POST", f"/v1/payment_intents/{intent}/confirm", form)
    assert asked["status"] == "requires_action"
    assert billing.call("POST", f"/v1/payment_intents/{intent}/cancel")[0] == 400
    page = asked["next_action"]["redirect_to_url"]["url"]
    requests.post(page, data={"authentication": "complete"}, allow_redirects=False, timeout=5)
    assert (ada.invoice()["status"], ada.subscription()["status"]) == ("paid", "active")


def test_a_new_card_is_used_by_the_next_try(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10")
    ada.subscribe(price(billing, 2000))
    ada.pay_with("pm_card_chargeCustomerFail")
    ada.advance("2026-02-12")
    ada.pay_with("pm_card_mastercard")
    assert ada.advance("2026-02-14")["status"] == "active"
    assert (ada.invoice()["status"], ada.invoice()["attempt_count"]) == ("paid", 3)
    states = [event["data"]["object"]["status"] for event in ada.events("customer.subscription.updated")]
    assert states[-2:] == ["past_due", "active"]


def test_voiding_what_is_owed_brings_it_back_in_order(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10")
    ada.subscribe(price(billing, 2000))
    ada.pay_with("pm_card_chargeCustomerFail")
    ada.advance("2026-02-10")
    voided = billing.made("POST", f"/v1/invoices/{ada.invoice()['id']}/void")
    assert (voided["status"], ada.subscription()["status"]) == ("void", "active")
    assert billing.call("POST", f"/v1/invoices/{voided['id']}/void")[0] == 400


def test_a_detached_card_pays_nothing_any_more(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10", card=None)
    card = ada.pay_with("pm_card_visa")
    ada.subscribe(price(billing, 2000), default_payment_method=card)
    billing.made("POST", f"/v1/payment_methods/{card}/detach")
    assert ada.advance("2026-02-10")["status"] == "past_due"
    assert ada.invoice()["attempt_count"] == 1


def test_discounts_for_once_for_months_and_for_ever(billing: Api) -> None:
    once = billing.made("POST", "/v1/coupons", "amount_off=500&currency=usd&duration=once&max_redemptions=1")["id"]
    months = billing.made("POST", "/v1/coupons", "percent_off=20&duration=repeating&duration_in_months=2")["id"]
    always = billing.made("POST", "/v1/coupons", "amount_off=100&currency=usd&duration=forever")["id"]
    ada = Subscriber(billing, "2026-01-10")
    coupons = {f"discounts[{index}][coupon]": coupon for index, coupon in enumerate((once, months, always))}
    made = ada.subscribe(price(billing, 2000), **coupons)
    assert len(made["discounts"]) == 2
    ada.advance("2026-04-15")
    # (2000 - 500) less a fifth less 100; 2000 less a fifth less 100; 2000 - 100
    assert [invoice["total"] for invoice in ada.invoices()] == [1100, 1500, 1900, 1900]
    first = ada.invoices()[0]
    assert [part["amount"] for part in first["total_discount_amounts"]] == [500, 300, 100]
    assert (first["subtotal"], first["lines"]["data"][0]["amount"]) == (2000, 2000)
    expanded = billing.made("GET", f"/v1/subscriptions/{made['id']}?expand[]=discounts.source.coupon")
    assert [each["source"]["coupon"]["id"] for each in expanded["discounts"]] == [always]
    form = f"customer={ada.id}&items[0][price]={price(billing, 1)}&discounts[0][coupon]={once}"
    assert billing.call("POST", "/v1/subscriptions", form)[1]["error"]["code"] == "coupon_expired"


def test_collection_that_is_paused_and_comes_back_by_itself(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10")
    ada.subscribe(price(billing, 2000))
    until = {"pause_collection[behavior]": "void", "pause_collection[resumes_at]": moment("2026-03-01")}
    ada.change(**until)
    assert ada.advance("2026-02-20")["status"] == "active"
    assert [invoice["status"] for invoice in ada.invoices()] == ["paid", "void"]
    assert ada.advance("2026-03-10")["pause_collection"] is None
    assert [invoice["status"] for invoice in ada.invoices()] == ["paid", "void", "paid"]


def test_a_draft_that_a_pause_left_is_finalized_and_paid_by_hand(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10")
    ada.subscribe(price(billing, 2000))
    ada.change(**{"pause_collection[behavior]": "keep_as_draft"})
    ada.advance("2026-02-10")
    draft = ada.invoice()
    assert (draft["status"], draft["number"]) == ("draft", None)
    opened = billing.made("POST", f"/v1/invoices/{draft['id']}/finalize")
    assert (opened["status"], opened["amount_remaining"]) == ("open", 2000)
    assert billing.made("POST", f"/v1/invoices/{draft['id']}/pay")["status"] == "paid"


def test_the_upcoming_invoice_is_what_the_next_one_will_be(billing: Api) -> None:
    ada = Subscriber(billing, "2026-01-10")
    ada.subscribe(price(billing, 2000))
    preview = billing.made("POST", "/v1/invoices/create_preview", f"subscription={ada.subscription_id}")
    assert (preview["billing_reason"], written(preview["created"])) == ("upcoming", "2026-02-10 00:00")
    ada.advance("2026-02-10")
    assert (preview["total"], lines(preview)) == (ada.invoice()["total"], lines(ada.invoice()))
    form = {"customer": ada.id, "subscription_details[items][0][price]": price(billing, 700)}
    new = billing.made("POST", "/v1/invoices/create_preview", urlencode(form))
    assert (new["total"], new["status"], len(ada.invoices())) == (700, "draft", 2)


def test_a_crash_forgets_nothing(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as sandbox:
        api = Api(sandbox)
        ada = Subscriber(api, "2026-01-31")
        ada.subscribe(price(api, 2000))
        ada.advance("2026-02-28")
        sandbox.kill()
        sandbox.start()
        assert ada.advance("2026-04-01")["status"] == "active"
        assert [written(invoice["created"]) for invoice in ada.invoices()] == [
            "2026-01-31 00:00",
            "2026-02-28 00:00",
            "2026-03-31 00:00",
        ]
