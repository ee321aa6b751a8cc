"""How Stripe's subscriptions and test clocks read in our words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateways.stripe.subscription_shapes import clock_of, subscription_of
from schemas.facts.customers import ClockFact
from schemas.facts.subscriptions import ItemFact, SubscriptionFact
from tests.gateways.golden_events import VERSION_NEW, golden_object
from tests.gateways.requests_made import SUBSCRIPTION_ID

NOVEMBER = datetime(2026, 11, 1, 12, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 12, tzinfo=UTC)
THE_TENTH_OF_NOVEMBER = int(datetime(2026, 11, 10, tzinfo=UTC).timestamp())
THE_TENTH_OF_DECEMBER = int(datetime(2026, 12, 10, tzinfo=UTC).timestamp())


def subscription(**changes: Any) -> dict[str, Any]:
    return golden_object(VERSION_NEW, "customer.subscription.created") | changes


def test_a_running_subscription() -> None:
    assert subscription_of(subscription()) == SubscriptionFact(
        gateway="stripe",
        subscription_ref="sub_1QaBcDeFgHiJkLmNsUbScRiB",
        subscription_id=SUBSCRIPTION_ID,
        customer_ref="cus_RaBcDeFgHiJkLm",
        status="active",
        items=(ItemFact("si_RaBcDeFgHiJkL0", "price_1QaBcDeFgHiJkLmNpRiCe000", 1, "pro_monthly_usd"),),
        currency="USD",
        anchor=NOVEMBER,
        period_start=NOVEMBER,
        period_end=DECEMBER,
        card_ref="pm_1QaBcDeFgHiJkLmNoPqRsTuV",
        latest_invoice_ref="in_1QaBcDeFgHiJkLmNiNvOiCe0",
    )


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("incomplete", "incomplete"),
        ("incomplete_expired", "expired"),
        ("trialing", "trialing"),
        ("active", "active"),
        ("past_due", "past_due"),
        ("unpaid", "unpaid"),
        ("paused", "paused"),
        ("canceled", "canceled"),
    ],
)
def test_states(theirs: str, ours: str) -> None:
    assert subscription_of(subscription(status=theirs)).status == ours


@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        ({}, False),
        ({"cancel_at_period_end": True}, True),
        ({"cancel_at_period_end": True, "cancel_at": int(DECEMBER.timestamp())}, True),
        # as the customer portal does it
        ({"cancel_at": int(DECEMBER.timestamp())}, True),
        ({"cancel_at": THE_TENTH_OF_NOVEMBER}, True),
        # a later period's end is not this one's
        ({"cancel_at": THE_TENTH_OF_DECEMBER}, False),
    ],
    ids=ascii,
)
def test_whether_it_ends_with_its_period(changes: dict[str, Any], ends: bool) -> None:
    assert subscription_of(subscription(**changes)).cancel_at_period_end is ends


def test_a_subscription_that_has_ended() -> None:
    fact = subscription_of(golden_object(VERSION_NEW, "customer.subscription.deleted"))
    just_after_noon = datetime(2026, 11, 1, 12, 1, tzinfo=UTC)
    assert (fact.status, fact.canceled_at, fact.ended_at) == ("canceled", just_after_noon, just_after_noon)


def test_a_trial() -> None:
    fact = subscription_of(golden_object(VERSION_NEW, "customer.subscription.trial_will_end"))
    assert (fact.status, fact.trial_end) == ("trialing", datetime(2026, 11, 4, 12, tzinfo=UTC))


def test_collection_that_is_paused_leaves_the_state_alone() -> None:
    fact = subscription_of(subscription(pause_collection={"behavior": "void", "resumes_at": None}))
    assert (fact.status, fact.is_collection_paused) == ("active", True)


def test_a_subscription_of_others_paid_by_its_customers_default_card() -> None:
    fact = subscription_of(subscription(metadata={}, default_payment_method=None, latest_invoice=None))
    assert (fact.subscription_id, fact.card_ref, fact.latest_invoice_ref) == ("", "", "")


def test_a_metered_item_has_no_quantity() -> None:
    metered = subscription()
    del metered["items"]["data"][0]["quantity"]
    assert subscription_of(metered).items[0].quantity == 0


@pytest.mark.parametrize(("status", "is_ready"), [("ready", True), ("advancing", False), ("internal_failure", False)])
def test_a_clock(status: str, is_ready: bool) -> None:
    clock = {"id": "clock_1", "frozen_time": int(NOVEMBER.timestamp()), "status": status}
    assert clock_of(clock) == ClockFact("clock_1", NOVEMBER, is_ready)
