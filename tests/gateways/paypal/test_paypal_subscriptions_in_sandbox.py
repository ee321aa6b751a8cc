"""Subscriptions that a PayPal over HTTP bills."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.errors import Rejected
from billing.periods import boundary
from gateways.paypal.client import PayPalGateway
from schemas.facts.payments import PaymentStatus
from schemas.facts.terms import CouponRequest, TaxRateRequest
from tests.gateways.paypal.paypal_sandbox import PayPalSandbox
from tests.gateways.paypal.subscribing import a_price, a_start, a_subscriber


def refusal_of(call: object, *arguments: object, **options: object) -> str:
    """The code of a refusal."""
    with pytest.raises(Rejected) as refused:
        call(*arguments, **options)  # type: ignore[operator]
    return refused.value.code


def test_a_price_is_made_once_and_never_changes_its_meaning(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    price = a_price()
    plan_ref = paypal_gateway.ensure_price(price)
    # another process, when the key is long forgotten
    at_paypal.days_go_by(4)
    other = PayPalGateway(paypal_gateway._connection)
    assert other.ensure_price(price) == plan_ref
    assert refusal_of(other.ensure_price, replace(price, amount_minor=1)) == "gateway_price_differs"
    assert refusal_of(other.ensure_price, replace(price, interval="year")) == "gateway_price_differs"


def test_prices_beyond_the_first_page_are_found(paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox) -> None:
    made = {price: paypal_gateway.ensure_price(price) for price in (a_price(100 + n) for n in range(25))}
    at_paypal.days_go_by(4)
    other = PayPalGateway(paypal_gateway._connection)
    assert {price: other.ensure_price(price) for price in made} == made


def test_a_subscription_begins_when_its_buyer_agrees(paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox) -> None:
    price = a_price()
    asked = a_start(paypal_gateway.ensure_price(price))
    at_paypal.lose_answer("POST", "/v1/billing/subscriptions")
    with pytest.raises(Exception, match="no answer"):
        paypal_gateway.open_subscription_checkout(asked)
    page = paypal_gateway.open_subscription_checkout(asked)
    assert paypal_gateway.open_subscription_checkout(asked) == page
    assert (page.status, bool(page.url)) == (PaymentStatus.PENDING, True)
    assert paypal_gateway.fetch_subscription(checkout_ref=page.checkout_ref) is None
    assert paypal_gateway.list_invoices(page.checkout_ref) == []
    at_paypal.subscribe(page.checkout_ref)
    begun = paypal_gateway.fetch_subscription(checkout_ref=page.checkout_ref)
    assert begun is not None
    assert (begun.status, begun.subscription_id) == ("active", asked.subscription_id)
    assert begun.items[0].price_id == price.price_id
    assert begun.period_end == boundary(begun.anchor, 1, 1)
    (invoice,) = paypal_gateway.list_invoices(begun.subscription_ref)
    assert (invoice.status, invoice.reason, invoice.paid_minor) == ("paid", "create", 2_999)
    (line,) = invoice.lines
    assert (line.period_start, line.is_price_told) == (begun.period_start, False)
    assert paypal_gateway.fetch_invoice(invoice.invoice_ref) == invoice
    assert paypal_gateway.fetch_invoice(invoice.payment_ref) == invoice


def test_three_months_with_a_failure_and_another_plan(paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox) -> None:
    jane = a_subscriber(paypal_gateway, at_paypal, a_price(2_999))
    at_paypal.subscriber_pays(jane.ref, "PAYER_CANNOT_PAY")
    for days, tries in ((32, 1), (5, 2)):
        at_paypal.days_go_by(days)
        now = jane.now
        assert (now.status, now.failed_tries, now.failure_code) == ("past_due", tries, "payer_cannot_pay")
        assert (len(jane.told("BILLING.SUBSCRIPTION.PAYMENT.FAILED")), jane.bills()) == (tries, [2_999])

    at_paypal.subscriber_pays(jane.ref, "complete")
    at_paypal.days_go_by(5)
    assert (jane.now.status, jane.now.failed_tries, jane.bills()) == ("active", 0, [2_999, 2_999])
    assert jane.invoices[-1].lines[0].period_start == boundary(jane.now.anchor, 1, 1), "paid late is for its period"
    sale = jane.told("PAYMENT.SALE.COMPLETED")[-1]
    assert paypal_gateway.fetch_invoice(sale.invoice_ref) == jane.invoices[-1]

    pro = paypal_gateway.ensure_price(a_price(9_999, product="Pro"))
    asked = paypal_gateway.change_price(jane.ref, jane.ref, pro, prorate=False, idempotency_key="change")
    assert asked.approval_url
    assert replace(asked, approval_url="") == jane.now
    at_paypal.subscribe(jane.ref)
    assert [item.price_ref for item in jane.now.items] == [pro]
    at_paypal.days_go_by(25)
    assert jane.bills() == [2_999, 2_999, 9_999]


def test_what_nobody_pays_is_given_up_and_the_subscription_suspended(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    jane = a_subscriber(paypal_gateway, at_paypal, a_price())
    at_paypal.subscriber_pays(jane.ref, "PAYER_CANNOT_PAY")
    at_paypal.days_go_by(45)
    assert (jane.now.status, jane.now.is_collection_paused, jane.now.failed_tries) == ("unpaid", False, 3)
    ending = {"at_period_end": True, "idempotency_key": "end"}
    assert refusal_of(paypal_gateway.set_cancellation, jane.ref, **ending) == "subscription_state"
    at_paypal.subscriber_pays(jane.ref, "complete")
    assert paypal_gateway.pause_collection(jane.ref, paused=False, idempotency_key="on").status == "active"
    at_paypal.days_go_by(31)
    assert jane.bills() == [2_999, 2_999], "the month that nobody paid is not billed later on"


def test_suspended_and_taken_up_again(paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox) -> None:
    jane = a_subscriber(paypal_gateway, at_paypal, a_price())
    until = jane.now.period_end
    for _ in range(2):
        paused = paypal_gateway.pause_collection(jane.ref, paused=True, idempotency_key="pause")
        assert (paused.status, paused.is_collection_paused, paused.period_end) == ("active", True, until)
    at_paypal.days_go_by(70)
    assert len(jane.bills()) == 1
    for _ in range(2):
        again = paypal_gateway.pause_collection(jane.ref, paused=False, idempotency_key="resume")
        assert (again.status, again.is_collection_paused, len(jane.bills())) == ("active", False, 1)
    assert again.period_end == boundary(again.anchor, 1, 3)
    at_paypal.days_go_by(31)
    assert [each.lines[0].period_start for each in jane.invoices] == [
        again.anchor, boundary(again.anchor, 1, 3)
    ]  # fmt: skip


def test_it_ends_with_its_period_unless_that_is_taken_back(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    jane = a_subscriber(paypal_gateway, at_paypal, a_price())
    until = jane.now.period_end
    for _ in range(2):
        ending = paypal_gateway.set_cancellation(jane.ref, at_period_end=True, idempotency_key="end")
        assert (ending.status, ending.cancel_at_period_end, ending.period_end) == ("active", True, until)
        assert ending.canceled_at is not None
    for _ in range(2):
        back = paypal_gateway.set_cancellation(jane.ref, at_period_end=False, idempotency_key="stay")
        assert (back.status, back.cancel_at_period_end, back.canceled_at) == ("active", False, None)
    at_paypal.days_go_by(31)
    assert len(jane.bills()) == 2
    paypal_gateway.set_cancellation(jane.ref, at_period_end=True, idempotency_key="end")
    at_paypal.days_go_by(62)
    assert len(jane.bills()) == 2, "nothing is billed while it waits for somebody to end it"
    for _ in range(2):
        ended = paypal_gateway.cancel_now(jane.ref, idempotency_key="cancel")
        assert (ended.status, ended.cancel_at_period_end, bool(ended.ended_at)) == ("canceled", False, True)


def test_a_page_that_nobody_has_agreed_to_cannot_be_canceled(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    page = paypal_gateway.open_subscription_checkout(a_start(paypal_gateway.ensure_price(a_price())))
    assert refusal_of(paypal_gateway.close_checkout, page.checkout_ref) == "start_page_is_open"
    at_paypal.subscribe(page.checkout_ref)
    started = paypal_gateway.close_checkout(page.checkout_ref)
    assert started is not None
    assert started.status is PaymentStatus.CAPTURED


def test_a_trial_is_free_until_its_end(paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox) -> None:
    asked = a_start(paypal_gateway.ensure_price(a_price()), trial_days=14)
    page = paypal_gateway.open_subscription_checkout(asked)
    at_paypal.subscribe(page.checkout_ref)
    trial = paypal_gateway.fetch_subscription(subscription_ref=page.checkout_ref)
    assert trial is not None
    assert (trial.status, trial.trial_end) == ("trialing", asked.expires_at + timedelta(days=14))
    assert (trial.period_end, paypal_gateway.list_invoices(page.checkout_ref)) == (trial.trial_end, [])


def test_what_paypal_cannot_is_refused_in_our_words(paypal_gateway: PayPalGateway) -> None:
    coupon = CouponRequest("SPRING", "Spring", 100_000, 0, "USD", 3)
    portal = "https://app.example/account"
    assert refusal_of(paypal_gateway.ensure_coupon, coupon) == "gateway_cannot"
    assert refusal_of(paypal_gateway.ensure_tax_rate, TaxRateRequest("DE", "VAT", 190_000)) == "gateway_cannot"
    assert refusal_of(paypal_gateway.open_portal, "", return_url=portal) == "gateway_cannot"
