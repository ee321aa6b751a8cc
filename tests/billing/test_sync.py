"""A subscription follows what its gateway says, in whatever order that is heard."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from billing.catalog.tables import Coupon
from billing.clocks.wall import Wall
from billing.cycle.renewal.set_aside import take_up
from billing.errors import Rejected, UnknownMark
from billing.gateway_run.begin_checkout import begin_checkout
from billing.gateway_run.expire_checkout import expire_checkout
from billing.gateway_run.sync import SubscriptionContradiction
from billing.subscriptions.queries import show_subscription
from billing.subscriptions.tables import SubscriptionStatus
from database.engine import Database
from database.ids import uuid7
from schemas.facts.subscriptions import ItemFact
from tests.billing.gateway_facts import FEBRUARY_14, FEBRUARY_28, JANUARY_31, GatewayRun, invoice_of, line

SECOND = timedelta(seconds=1)


def test_the_first_news_finds_it_by_our_mark_and_later_news_by_the_reference(run: GatewayRun) -> None:
    assert run.hear(run.fact()) == run.id
    assert run.row().status is SubscriptionStatus.ACTIVE
    assert (run.row().subscription_ref, run.row().period_end) == ("sub_1", FEBRUARY_28)
    assert run.hear(run.fact(subscription_id="", status="past_due")) == run.id
    assert run.row().status is SubscriptionStatus.PAST_DUE


def test_what_is_not_ours_changes_nothing(run: GatewayRun) -> None:
    assert run.hear(run.fact(subscription_id="")) is None
    assert run.row().status is SubscriptionStatus.INCOMPLETE


@pytest.mark.parametrize("mark", ["not-a-uuid", "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"])
def test_what_bears_a_mark_we_do_not_know_is_for_a_person_to_look_at(run: GatewayRun, mark: str) -> None:
    with pytest.raises(UnknownMark, match=mark):
        run.hear(run.fact(subscription_id=mark))


def test_an_answer_no_newer_than_the_last_one_changes_nothing(run: GatewayRun) -> None:
    run.hear(run.fact("growth"), asked_at=JANUARY_31 + SECOND)
    for not_newer in (JANUARY_31, JANUARY_31 + SECOND):
        run.hear(run.fact("starter", status="past_due"), asked_at=not_newer)
    assert (run.row().status, run.row().price_id) == (SubscriptionStatus.ACTIVE, run.price_id("growth"))
    assert run.row().synced_at == JANUARY_31 + SECOND


@pytest.mark.parametrize("status", ["past_due", "unpaid", "canceled"])
def test_what_came_between_may_have_been_missed(run: GatewayRun, status: str) -> None:
    ended_at = FEBRUARY_14 if status == "canceled" else None
    run.hear(run.fact(status=status, ended_at=ended_at))
    assert run.row().status == {"unpaid": "past_due"}.get(status, status)
    assert run.row().ended_at == ended_at


def test_an_extra_that_was_paid_late_leaves_the_trial_as_it_was(run: GatewayRun) -> None:
    for status in ("trialing", "past_due", "trialing"):
        run.hear(run.fact(status=status, trial_end=FEBRUARY_28))
        assert run.row().status == status
    assert run.row().trial_end == FEBRUARY_28


def test_where_no_invoice_tells_of_a_try_that_failed_each_is_told_of_once(run: GatewayRun) -> None:
    """As of a gateway that writes an invoice when it is paid."""
    run.hear(run.fact())
    for tries in (1, 1, 2):
        run.hear(run.fact(status="past_due", failed_tries=tries, failure_code="insufficient_funds"))
    assert run.mails() == ["renewal_unpaid", "renewal_unpaid"]
    run.hear(run.fact(status="unpaid", failed_tries=2, failure_code="insufficient_funds"))
    assert len(run.mails()) == 3, "that it is not tried again is news"
    run.hear(run.fact())
    run.hear(run.fact(status="past_due"))
    assert len(run.mails()) == 3, "where invoices tell, nothing else does"


def test_a_pause_of_collection_is_a_pause_and_is_told_of_each_time(run: GatewayRun) -> None:
    run.hear(run.fact())
    for day in (JANUARY_31, FEBRUARY_14):
        run.hear(run.fact(is_collection_paused=True), now=day)
        run.hear(run.fact(is_collection_paused=True), now=day + SECOND)
        assert (run.row().status, run.row().paused_at) == (SubscriptionStatus.PAUSED, day)
        run.hear(run.fact(), now=day)
    assert run.row().status is SubscriptionStatus.ACTIVE
    assert run.mails() == ["subscription_paused", "subscription_paused"]


def test_the_end_is_no_second_news_after_its_announcement(run: GatewayRun) -> None:
    run.hear(run.fact(cancel_at_period_end=True, canceled_at=FEBRUARY_14))
    run.hear(run.fact(status="canceled", canceled_at=FEBRUARY_14, ended_at=FEBRUARY_28))
    assert (run.row().status, run.row().ended_at) == (SubscriptionStatus.CANCELED, FEBRUARY_28)
    run.hear(run.fact())
    assert run.row().status is SubscriptionStatus.CANCELED
    assert run.mails() == ["subscription_canceled"]


def test_the_plan_is_the_first_item_at_a_price_of_ours(run: GatewayRun) -> None:
    ours = run.fact("growth").items
    run.hear(run.fact(items=(ItemFact("si_0", "price_seat", 3), *ours)))
    assert run.row().price_id == run.price_id("growth")
    # once known, it is ours even if somebody edits the gateway's price
    run.hear(run.fact(items=(replace(ours[0], price_id=""),)))
    assert run.row().foreign_price == ""


def test_at_a_price_that_is_not_ours_money_is_booked_and_the_end_followed_and_a_person_is_called(
    run: GatewayRun, database: Database
) -> None:
    run.hear(run.fact())
    foreign = (ItemFact("si_0", "price_special", 1),)
    with capture_logs() as lines:
        for _ in range(2):
            assert run.hear(run.fact(items=foreign), now=FEBRUARY_14) == run.id
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["plan_unknown"]
    bill = invoice_of(line(12_345, "price_special"), reason="cycle")
    run.bill(bill, FEBRUARY_28)
    assert (run.received(), run.credits(FEBRUARY_28)) == ({"pi_in_1": 12_345}, 0)
    with database.transaction() as session:
        assert show_subscription(session, run.id).plan_is_unknown
        assert run.row().failed_at == FEBRUARY_14
        take_up(session, run.id)
    # whoever has looked is not called again for the same price
    run.hear(run.fact(items=foreign, status="past_due"))
    assert (run.row().status, run.row().failed_at) == (SubscriptionStatus.PAST_DUE, None)
    run.hear(run.fact(items=foreign, status="canceled", ended_at=FEBRUARY_28))
    assert (run.row().status, run.row().ended_at) == (SubscriptionStatus.CANCELED, FEBRUARY_28)


def test_back_at_a_price_of_ours_the_plan_is_known_again(run: GatewayRun, database: Database) -> None:
    run.hear(run.fact(items=(ItemFact("si_0", "price_special", 1),)))
    run.hear(run.fact("growth"))
    assert (run.row().price_id, run.row().foreign_price, run.row().failed_at) == (run.price_id("growth"), "", None)
    with database.transaction() as session:
        assert not show_subscription(session, run.id).plan_is_unknown


def test_a_second_subscription_of_one_checkout_is_an_alarm(run: GatewayRun) -> None:
    run.hear(run.fact())
    with pytest.raises(SubscriptionContradiction, match="sub_2"):
        run.hear(run.fact(subscription_ref="sub_2"))


def test_a_subscription_of_an_expired_checkout_is_an_alarm(run: GatewayRun, database: Database) -> None:
    with database.transaction() as session:
        expire_checkout(session, run.id, FEBRUARY_14)
    assert (run.row().status, run.row().ended_at) == (SubscriptionStatus.EXPIRED, FEBRUARY_14)
    assert run.hear(run.fact(status="expired")) == run.id
    with pytest.raises(SubscriptionContradiction, match="had expired"):
        run.hear(run.fact())


def test_a_checkout_that_became_a_subscription_does_not_expire(run: GatewayRun, database: Database) -> None:
    run.hear(run.fact(status="incomplete"))
    with database.transaction() as session:
        expire_checkout(session, run.id, FEBRUARY_14)
    assert run.row().status is SubscriptionStatus.INCOMPLETE


def test_a_repeated_start_asks_for_the_same_and_counts_its_coupon_once(database: Database, account_id: UUID) -> None:
    coupon_id = uuid7()
    with database.transaction() as session:
        session.add(Coupon(id=coupon_id, code="HALF", name="Half", percent_ppm=500_000, redemptions_max=1))
    run = GatewayRun(database, account_id, coupon="HALF")
    with database.transaction() as session:
        first, again = (
            begin_checkout(session, run.id, run.command, "stripe", FEBRUARY_14, Wall(FEBRUARY_14)) for _ in range(2)
        )
        assert first == again
        assert session.get_one(Coupon, coupon_id).redemptions == 1
    assert (run.row().coupon_id, run.row().created_at) == (coupon_id, JANUARY_31)
    with pytest.raises(Rejected, match="HALF"):
        GatewayRun(database, account_id, coupon="HALF", allow_another=True)


def test_a_plan_that_a_trial_goes_to_at_the_gateway_has_had_its_trial(
    run: GatewayRun, database: Database, account_id: UUID
) -> None:
    """In the gateway's own portal, where nobody can refuse it."""
    in_trial: dict[str, Any] = {"status": "trialing", "period_end": FEBRUARY_14, "trial_end": FEBRUARY_14}
    run.price("growth")
    run.hear(run.fact(**in_trial))
    run.hear(run.fact("growth", **in_trial, is_collection_paused=True))
    run.hear(run.fact("growth", status="canceled", ended_at=FEBRUARY_14))
    for plan in ("starter", "growth"):
        with pytest.raises(Rejected, match="trial_used"):
            GatewayRun(database, account_id, plan, trial_days=14)
    GatewayRun(database, account_id, "scale", trial_days=14)
