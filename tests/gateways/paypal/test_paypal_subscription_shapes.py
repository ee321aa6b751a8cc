"""What PayPal tells of a subscription, and which period a payment is for. Pure: nothing is asked."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import Unavailable
from billing.money import Money
from billing.periods import boundary
from gateways.paypal.cycles import month_of
from gateways.paypal.invoice_shapes import Sale, invoice_of, sales_in
from gateways.paypal.notes import Note, Wish, note_of, note_text
from gateways.paypal.plan_shapes import plan_of, plan_request
from gateways.paypal.shapes import written
from gateways.paypal.subscription_shapes import is_ours, subscription_of
from schemas.facts.subscriptions import SubscriptionFact
from schemas.facts.terms import PriceRequest

OURS = str(uuid4())
START = datetime(2026, 1, 31, 15, tzinfo=UTC)
PRICE = PriceRequest(str(uuid4()), "Starter", "USD", 9_900, "month")
PLAN = plan_of({"id": "P-1", **plan_request(PRICE)})
FEBRUARY, MARCH = boundary(START, 1, 1), boundary(START, 1, 2)
NOTED = {"status": "SUSPENDED", "status_change_note": note_text(Note(Wish.END, FEBRUARY))}
PAUSED = {"status": "SUSPENDED", "status_change_note": note_text(Note(Wish.PAUSE, FEBRUARY))}
Json = dict[str, Any]


def money(value: str = "99.00") -> Json:
    return {"currency_code": "USD", "value": value}


def failed(at: datetime, retry_at: datetime | None = None) -> Json:
    """A payment that failed last."""
    again = {"next_payment_retry_time": written(retry_at)} if retry_at else {}
    return {"amount": money(), "time": written(at), "reason_code": "PAYER_CANNOT_PAY", **again}


def told(info: Json | None = None, **changes: Any) -> Json:
    """A subscription that was paid for at its start, and is billed again in February."""
    paid = {"amount": money(), "time": written(START)}
    billing = {"outstanding_balance": money("0.00"), "failed_payments_count": 0, "last_payment": paid}
    return {
        "id": "I-BW452GLLEP1G",
        "plan_id": "P-1",
        "status": "ACTIVE",
        "status_update_time": written(START),
        "start_time": written(START),
        "create_time": written(START - timedelta(minutes=5)),
        "custom_id": f"cashbeat_subscription.{OURS}",
        "billing_info": {**billing, "next_billing_time": written(FEBRUARY), **(info or {})},
        **changes,
    }


def fact_of(info: Json | None = None, **changes: Any) -> SubscriptionFact:
    return subscription_of(told(info, **changes), PLAN)


@given(
    start=st.integers(0, 20 * 366 * 24 * 3_600).map(lambda seconds: START + timedelta(seconds=seconds)),
    month=st.integers(0, 60),
    late=st.timedeltas(timedelta(hours=-23), timedelta(days=25)),
)
def test_a_payment_is_for_the_period_in_which_it_was_due(start: datetime, month: int, late: timedelta) -> None:
    assert month_of(start, boundary(start, 1, month) + late) == month


@given(st.sampled_from(Wish), st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0)))
def test_a_note_is_read_as_it_was_written_and_is_short(wish: Wish, until: datetime) -> None:
    if until.year >= 1000:
        assert note_of(note_text(Note(wish, until))) == (wish, until)
        assert len(note_text(Note(wish, until))) <= 128


@pytest.mark.parametrize(
    "text", ["", "Paused", "Ends with its period, paid until soon", "Customer called", ", paid until "]
)
def test_another_note_is_none_of_ours(text: str) -> None:
    assert note_of(text) is None


@pytest.mark.parametrize(
    ("info", "changes", "status"),
    [
        ({}, {}, "active"),
        ({"last_failed_payment": failed(START - timedelta(days=1), FEBRUARY)}, {}, "active"),
        ({"last_failed_payment": failed(FEBRUARY, FEBRUARY + timedelta(days=5))}, {}, "past_due"),
        ({"last_failed_payment": failed(FEBRUARY), "failed_payments_count": 1}, {}, "past_due"),
        ({"last_failed_payment": failed(FEBRUARY)}, {}, "active"),
        ({"last_failed_payment": failed(FEBRUARY), "failed_payments_count": 1}, {"status": "SUSPENDED"}, "unpaid"),
        ({"failed_payments_count": 1}, NOTED, "active"),
        ({"last_failed_payment": failed(FEBRUARY)}, NOTED, "past_due"),
        ({"last_failed_payment": failed(START - timedelta(days=1))}, NOTED, "active"),
        ({"last_failed_payment": failed(FEBRUARY)}, PAUSED, "active"),
        ({}, {"status": "CANCELLED"}, "canceled"),
        ({}, {"status": "EXPIRED"}, "canceled"),
    ],
)
def test_a_status_in_our_words(info: Json, changes: Json, status: str) -> None:
    assert fact_of(info, **changes).status == status


@pytest.mark.parametrize(
    ("changes", "is_paused", "is_to_end"),
    [({}, False, False), (NOTED, False, True), (PAUSED, True, False), ({"status": "SUSPENDED"}, True, False)],
)
def test_why_it_is_suspended(changes: Json, is_paused: bool, is_to_end: bool) -> None:
    fact = fact_of(**changes)
    assert (fact.is_collection_paused, fact.cancel_at_period_end) == (is_paused, is_to_end)
    assert (fact.canceled_at is not None) is is_to_end


def test_a_page_on_which_somebody_agrees_days_later_began_no_trial() -> None:
    late, ahead = written(START - timedelta(days=2)), {"last_payment": None, "next_billing_time": written(START)}
    assert (fact_of(create_time=late).trial_end, fact_of(create_time=late).status) == (None, "active")
    free = fact_of(ahead, create_time=late, custom_id=f"cashbeat_subscription.{OURS}.trial")
    assert (free.status, free.trial_end, free.period_end, free.subscription_id) == ("trialing", START, START, OURS)


@pytest.mark.parametrize("tries", [1, 2, 3])
def test_tries_are_told_apart(tries: int) -> None:
    at = FEBRUARY + timedelta(days=5 * (tries - 1))
    fact = fact_of({"last_failed_payment": failed(at, at + timedelta(days=5))})
    assert (fact.failed_tries, fact.failure_code) == (tries, "payer_cannot_pay")
    assert (fact.status, fact.retry_at) == ("past_due", at + timedelta(days=5))


def test_what_is_suspended_is_not_tried_again_whatever_was_planned() -> None:
    info = {"last_failed_payment": failed(FEBRUARY, FEBRUARY + timedelta(days=5)), "failed_payments_count": 1}
    fact = fact_of(info, status="SUSPENDED")
    assert (fact.status, fact.retry_at) == ("unpaid", None)


def test_what_was_paid_for_is_not_shortened_by_another_plan() -> None:
    """It was revised from a year to a month, and then to end: the note knows of the year."""
    until = boundary(START, 12, 1)
    note = note_text(Note(Wish.END, until))
    fact = fact_of({"next_billing_time": ""}, status="SUSPENDED", status_change_note=note)
    assert (fact.period_start, fact.period_end) == (START, until)


def test_a_payment_that_came_while_it_was_being_suspended_is_for_a_period_more() -> None:
    paid = {"amount": money(), "time": written(FEBRUARY)}
    fact = fact_of({"last_payment": paid, "next_billing_time": ""}, **NOTED)
    assert (fact.period_start, fact.period_end) == (FEBRUARY, MARCH)


def test_a_payment_tells_its_period_s_start_and_neither_its_price_nor_its_end() -> None:
    # PayPal takes a payment on its day at an hour of its own
    early = FEBRUARY - timedelta(hours=5)
    (line,) = invoice_of(told(), Sale("2", Money(1, "USD"), early)).lines
    assert (line.net_minor, line.period_start, line.period_end) == (1, FEBRUARY, FEBRUARY)
    assert (line.price_ref, line.is_price_told) == ("", False)


def test_what_has_not_come_is_no_payment() -> None:
    def transaction(status: str) -> Json:
        amounts = {"gross_amount": money()}
        return {"id": status, "status": status, "amount_with_breakdown": amounts, "time": written(START)}

    statuses = ("COMPLETED", "DECLINED", "PENDING", "REFUNDED", "PARTIALLY_REFUNDED", "FAILED")
    listed = {"transactions": [transaction(status) for status in statuses]}
    assert [sale.sale_ref for sale in sales_in(listed)] == ["COMPLETED", "REFUNDED", "PARTIALLY_REFUNDED"]


@pytest.mark.parametrize("broken", [None, 7, "x", [], {}], ids=repr)
@pytest.mark.parametrize("name", [*told(), *told()["billing_info"]])
def test_a_field_that_is_broken_is_never_a_bug(name: str, broken: object) -> None:
    info, outer = told()["billing_info"], told()
    changed = {**outer, name: broken} if name in outer else {**outer, "billing_info": {**info, name: broken}}
    with suppress(Unavailable):
        if is_ours(changed):
            subscription_of(changed, PLAN)


def test_what_is_not_agreed_to_or_bears_no_mark_is_none_of_ours() -> None:
    assert is_ours(told())
    for change in (
        {"status": "APPROVAL_PENDING"},
        {"status": "APPROVED"},
        {"custom_id": "shop-1"},
        {"custom_id": None},
    ):
        assert not is_ours(told(**change))
