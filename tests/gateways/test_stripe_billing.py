"""Subscriptions that Stripe bills, against the sandbox: each customer lives on a test clock of its own."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import requests

from billing.errors import Rejected
from gateways.stripe.client import StripeGateway
from gateways.stripe.translate import HANDLED_TYPES, translate
from schemas.facts.events import Concern
from schemas.facts.invoices import GatewayInvoiceFact
from schemas.facts.subscriptions import SubscriptionFact
from schemas.facts.terms import CouponRequest, PriceRequest
from tests.gateways import requests_made
from tests.gateways.sandbox_process import ANSWER_SECONDS, Sandbox

JANUARY_31 = datetime(2025, 1, 31, 12, tzinfo=UTC)
FEBRUARY_28 = datetime(2025, 2, 28, 12, tzinfo=UTC)
MARCH_31 = datetime(2025, 3, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

PRO = PriceRequest(price_id="pro_monthly", product="Pro", currency="USD", amount_minor=3100, interval="month")
TEAM = PriceRequest(price_id="team_monthly", product="Team", currency="USD", amount_minor=9300, interval="month")
HALF_OFF = CouponRequest(
    coupon_id="half_off", name="Half off", percent_ppm=500_000, amount_minor=0, currency="", periods=1
)


@pytest.fixture
def patient(sandbox: Sandbox) -> StripeGateway:
    return StripeGateway("sk_test_sandbox", sandbox.address, timeout_seconds=(1, 5))


@dataclass
class Subscriber:
    """A customer on a clock, with a subscription since 31 January 2025."""

    stripe: StripeGateway
    clock_ref: str
    customer_ref: str
    subscription_ref: str
    subscription_id: str

    def wait_until(self, moment: datetime) -> SubscriptionFact:
        """Let time pass."""
        clock = self.stripe.advance_clock(self.clock_ref, moment)
        while not clock.is_ready:
            clock = self.stripe.fetch_clock(self.clock_ref)
        return self.now()

    def now(self) -> SubscriptionFact:
        """The subscription now."""
        subscription = self.stripe.fetch_subscription(subscription_ref=self.subscription_ref)
        assert subscription is not None
        return subscription

    def latest_invoice(self) -> GatewayInvoiceFact:
        """The newest invoice of the subscription now; its money adds up."""
        invoice = self.stripe.fetch_invoice(self.now().latest_invoice_ref)
        assert invoice is not None
        assert sum(line.net_minor + line.tax_minor for line in invoice.lines) == invoice.total_minor
        assert (invoice.subscription_ref, invoice.subscription_id) == (self.subscription_ref, self.subscription_id)
        return invoice


def _wall_of(sandbox: Sandbox) -> datetime:
    """Other tests of this session may have moved it on."""
    now = requests.get(f"{sandbox.address}/sandbox/clock", timeout=10).json()["now"]
    return datetime.fromtimestamp(now, UTC)


Subscribing = Callable[..., Subscriber]


@pytest.fixture
def subscribe(patient: StripeGateway, sandbox: Sandbox) -> Subscribing:
    def subscribe(price: PriceRequest = PRO, *, trial_days: int = 0, coupon: CouponRequest | None = None) -> Subscriber:
        subscription_id = str(uuid4())
        clock = patient.create_clock("a clock", JANUARY_31, idempotency_key=f"clock/{subscription_id}")
        assert (clock.frozen_at, clock.is_ready) == (JANUARY_31, True)
        customer_ref = patient.create_customer(
            dataclasses.replace(
                requests_made.CUSTOMER, idempotency_key=f"customer/{subscription_id}", clock_ref=clock.clock_ref
            )
        )
        checkout = patient.open_subscription_checkout(
            dataclasses.replace(
                requests_made.SUBSCRIPTION,
                subscription_id=subscription_id,
                idempotency_key=f"subscription/{subscription_id}",
                customer_ref=customer_ref,
                prices=((patient.ensure_price(price), 1),),
                trial_days=trial_days,
                coupon_ref=patient.ensure_coupon(coupon) if coupon else "",
                expires_at=_wall_of(sandbox) + HOUR,  # a page ends by the wall clock
            )
        )
        assert patient.fetch_subscription(checkout_ref=checkout.checkout_ref) is None
        assert sandbox.pay(checkout.url) == 303
        started = patient.fetch_subscription(checkout_ref=checkout.checkout_ref)
        assert started is not None
        assert (started.subscription_id, started.customer_ref) == (subscription_id, customer_ref)
        return Subscriber(patient, clock.clock_ref, customer_ref, started.subscription_ref, subscription_id)

    return subscribe


def test_a_subscription_starts_on_the_31st_and_is_paid_month_by_month(
    subscribe: Subscribing, patient: StripeGateway, sandbox: Sandbox
) -> None:
    subscriber = subscribe()
    started = subscriber.now()
    assert (started.status, started.currency, started.anchor) == ("active", "USD", JANUARY_31)
    assert (started.period_start, started.period_end) == (JANUARY_31, FEBRUARY_28)
    first = subscriber.latest_invoice()
    assert (first.reason, first.status, first.total_minor, first.paid_minor) == ("create", "paid", 3100, 3100)
    assert first.paid_at == JANUARY_31
    (line,) = first.lines
    assert (line.net_minor, line.period_start, line.period_end, line.is_proration) == (
        3100,
        JANUARY_31,
        FEBRUARY_28,
        False,
    )
    assert line.price_ref == started.items[0].price_ref == patient.ensure_price(PRO)

    renewed = subscriber.wait_until(FEBRUARY_28 + DAY)
    assert (renewed.period_start, renewed.period_end) == (FEBRUARY_28, MARCH_31)
    second = subscriber.latest_invoice()
    assert (second.reason, second.status, second.total_minor) == ("cycle", "paid", 3100)
    listed = patient.list_invoices(subscriber.subscription_ref)
    assert [invoice.invoice_ref for invoice in listed] == [first.invoice_ref, second.invoice_ref]
    since = patient.list_invoices(subscriber.subscription_ref, created_after=FEBRUARY_28)
    assert [invoice.invoice_ref for invoice in since] == [second.invoice_ref]

    moved = {charge["id"]: charge["amount"] for charge in sandbox.ledger()["charges"]}
    assert [moved[invoice.charge_ref] for invoice in (first, second)] == [3100, 3100]
    payment = patient.fetch_payment(payment_ref=second.payment_ref)
    assert payment is not None
    assert (payment.charge_ref, payment.amount_minor, payment.attempt_id) == (second.charge_ref, 3100, "")


def test_its_events_ring_for_the_subscription_and_its_invoices(subscribe: Subscribing, patient: StripeGateway) -> None:
    subscriber = subscribe()
    facts = [translate(body) for body in patient.list_events(created_after=JANUARY_31, types=list(HANDLED_TYPES))]
    ours = {fact.event_type: fact for fact in facts if fact.subscription_id == subscriber.subscription_id}
    assert {"checkout.session.completed", "customer.subscription.created", "invoice.paid"} <= set(ours)
    assert ours["checkout.session.completed"].concerns is Concern.SUBSCRIPTION
    assert ours["customer.subscription.created"].concerns is Concern.SUBSCRIPTION
    assert ours["invoice.paid"].concerns is Concern.INVOICE
    assert {fact.subscription_ref for fact in ours.values()} == {subscriber.subscription_ref}
    assert ours["invoice.paid"].invoice_ref == subscriber.latest_invoice().invoice_ref


def test_a_new_default_card_is_the_one_that_is_charged_next(subscribe: Subscribing, patient: StripeGateway) -> None:
    subscriber = subscribe()
    before = subscriber.now().card_ref
    patient.make_default(subscriber.customer_ref, "pm_card_chargeCustomerFail", idempotency_key=f"card/{uuid4()}")
    customer = patient.fetch_customer(subscriber.customer_ref)
    assert customer is not None
    assert subscriber.now().card_ref == customer.card_ref != before

    late = subscriber.wait_until(FEBRUARY_28 + 2 * HOUR)
    assert late.status == "past_due"
    unpaid = subscriber.latest_invoice()
    assert (unpaid.status, unpaid.paid_minor, unpaid.due_minor) == ("open", 0, 3100)
    assert (unpaid.failure_code, unpaid.attempts) == ("generic_decline", 1)
    assert unpaid.next_attempt_at is not None
    assert unpaid.next_attempt_at > FEBRUARY_28


def test_a_trial_costs_nothing_and_is_followed_by_a_paid_month(subscribe: Subscribing) -> None:
    subscriber = subscribe(trial_days=14)
    trialing = subscriber.now()
    assert (trialing.status, trialing.trial_end) == ("trialing", JANUARY_31 + 14 * DAY)
    nothing = subscriber.latest_invoice()
    assert (nothing.status, nothing.total_minor, nothing.payment_ref) == ("paid", 0, "")
    assert subscriber.wait_until(JANUARY_31 + 15 * DAY).status == "active"
    assert subscriber.latest_invoice().total_minor == 3100


def test_a_coupon_takes_half_off_one_invoice(subscribe: Subscribing) -> None:
    subscriber = subscribe(coupon=HALF_OFF)
    first = subscriber.latest_invoice()
    assert (first.total_minor, first.lines[0].net_minor) == (1550, 1550)
    subscriber.wait_until(FEBRUARY_28 + DAY)
    assert subscriber.latest_invoice().total_minor == 3100


def test_an_upgrade_is_paid_at_once_and_a_downgrade_is_credited(subscribe: Subscribing, patient: StripeGateway) -> None:
    subscriber = subscribe()
    halfway = subscriber.wait_until(JANUARY_31 + 14 * DAY)

    def change(price: PriceRequest) -> SubscriptionFact:
        return patient.change_price(
            subscriber.subscription_ref,
            halfway.items[0].item_ref,
            patient.ensure_price(price),
            prorate=True,
            idempotency_key=f"change/{uuid4()}",
        )

    assert change(TEAM).items[0].price_ref == patient.ensure_price(TEAM)
    upgrade = subscriber.latest_invoice()
    assert (upgrade.reason, upgrade.status) == ("change", "paid")
    # half of 93.00 less half of 31.00
    assert (upgrade.total_minor, upgrade.due_minor, upgrade.balance_minor) == (3100, 3100, 0)
    assert sorted(line.net_minor for line in upgrade.lines) == [-1550, 4650]
    assert all(line.is_proration for line in upgrade.lines)

    change(PRO)
    downgrade = subscriber.latest_invoice()
    assert (downgrade.total_minor, downgrade.due_minor, downgrade.balance_minor) == (-3100, 0, 0)

    subscriber.wait_until(FEBRUARY_28 + DAY)
    paid_by_credit = subscriber.latest_invoice()
    assert (paid_by_credit.reason, paid_by_credit.status) == ("cycle", "paid")
    assert (paid_by_credit.total_minor, paid_by_credit.due_minor, paid_by_credit.balance_minor) == (3100, 0, 3100)
    assert paid_by_credit.payment_ref == ""


def test_a_cancellation_is_taken_back_and_then_meant(subscribe: Subscribing, patient: StripeGateway) -> None:
    subscriber = subscribe()

    def cancel(*, at_period_end: bool) -> SubscriptionFact:
        return patient.set_cancellation(
            subscriber.subscription_ref, at_period_end=at_period_end, idempotency_key=f"end/{uuid4()}"
        )

    assert cancel(at_period_end=True).cancel_at_period_end
    assert not cancel(at_period_end=False).cancel_at_period_end
    assert cancel(at_period_end=True).status == "active"
    ended = subscriber.wait_until(FEBRUARY_28 + DAY)
    assert (ended.status, ended.ended_at) == ("canceled", FEBRUARY_28)
    assert subscriber.latest_invoice().reason == "create"


def test_a_customer_cancels_in_the_portal_and_is_won_back(
    subscribe: Subscribing, patient: StripeGateway, sandbox: Sandbox
) -> None:
    subscriber = subscribe()
    portal = patient.open_portal(subscriber.customer_ref, return_url="https://app.example.com/billing")
    assert requests.get(portal, timeout=ANSWER_SECONDS).status_code == 200
    sandbox.in_portal(subscriber.subscription_ref, "cancel")
    assert subscriber.now().cancel_at_period_end
    patient.set_cancellation(subscriber.subscription_ref, at_period_end=False, idempotency_key=f"end/{uuid4()}")
    assert not subscriber.now().cancel_at_period_end
    assert subscriber.wait_until(FEBRUARY_28 + DAY).status == "active"


def test_ending_it_now_may_be_repeated(subscribe: Subscribing, patient: StripeGateway) -> None:
    subscriber = subscribe()
    ended = patient.cancel_now(subscriber.subscription_ref, idempotency_key="end/1")
    assert (ended.status, ended.ended_at) == ("canceled", JANUARY_31)
    assert patient.cancel_now(subscriber.subscription_ref, idempotency_key="end/1") == ended
    with pytest.raises(Rejected):
        patient.cancel_now("sub_unknown", idempotency_key="end/1")


def test_while_collection_is_paused_invoices_are_void(subscribe: Subscribing, patient: StripeGateway) -> None:
    subscriber = subscribe()
    paused = patient.pause_collection(subscriber.subscription_ref, paused=True, idempotency_key=f"pause/{uuid4()}")
    assert (paused.status, paused.is_collection_paused) == ("active", True)
    subscriber.wait_until(FEBRUARY_28 + DAY)
    uncollected = subscriber.latest_invoice()
    assert (uncollected.status, uncollected.paid_minor, uncollected.charge_ref) == ("void", 0, "")
    resumed = patient.pause_collection(subscriber.subscription_ref, paused=False, idempotency_key=f"pause/{uuid4()}")
    assert not resumed.is_collection_paused
    subscriber.wait_until(MARCH_31 + DAY)
    assert subscriber.latest_invoice().status == "paid"


def test_prices_and_coupons_are_made_once_for_all_processes(patient: StripeGateway, sandbox: Sandbox) -> None:
    another_process = StripeGateway("sk_test_sandbox", sandbox.address)
    assert patient.ensure_price(PRO) == another_process.ensure_price(PRO)
    assert patient.ensure_coupon(HALF_OFF) == another_process.ensure_coupon(HALF_OFF)
    with pytest.raises(Rejected) as refusal:
        patient.ensure_price(dataclasses.replace(PRO, amount_minor=1))
    assert refusal.value.code == "gateway_price_differs"


def test_what_the_gateway_does_not_know_is_none(patient: StripeGateway) -> None:
    assert patient.fetch_subscription(subscription_ref="sub_unknown") is None
    assert patient.fetch_subscription(checkout_ref="cs_test_unknown") is None
    assert patient.fetch_invoice("in_unknown") is None
    with pytest.raises(Rejected) as refusal:
        patient.fetch_clock("clock_unknown")
    assert refusal.value.status == 404
