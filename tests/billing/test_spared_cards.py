"""Whoever gets money back is not charged for new credits by the automatic top-up."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from billing.clocks.timelines import Timeline
from billing.credits.tables import CreditSource
from billing.refunds.tables import UsedCredits
from billing.top_ups.queries import due_top_ups, view_top_up
from billing.top_ups.set import set_top_up
from billing.top_ups.start import start_due_top_up
from billing.usage.consume import consume_credits
from database.ids import uuid7
from database.outbox import OutboxEntry
from schemas.facts.reversals import DisputeState
from schemas.views.credits import AutoTopUpView
from tests.billing.contests import contest_facts
from tests.billing.gifts import grant_credits
from tests.billing.money_back import BEGIN, MoneyBack, refunded
from tests.billing.standing import publish

PRICE, CREDITS = 2_999, 2_000
BELOW = 100
MAY = BEGIN + timedelta(days=31)


class Wish:
    """A starter package whenever fewer than 100 credits are left, once a month."""

    def __init__(self, back: MoneyBack) -> None:
        self.back = back

    def set(self) -> None:
        """By the customer, who is there."""
        with self.back.database.transaction() as session:
            set_top_up(session, self.back.account_id, "starter", BELOW, 1, self.back.now)

    def sweep(self, later: timedelta = timedelta()) -> int:
        """What beat does every minute; how many charges are answered."""
        now = self.back.now + later
        with self.back.database.transaction() as session:
            for account_id in due_top_ups(session, Timeline(None, now), 10):
                start_due_top_up(session, account_id, now)
        return self.back.books.answer(now)

    def shown(self) -> AutoTopUpView:
        """As the customer sees it."""
        with self.back.database.transaction() as session:
            shown = view_top_up(session, self.back.account_id)
        assert shown is not None
        return shown

    def mails(self) -> int:
        """How many say that it has stopped."""
        told = select(OutboxEntry.id).where(OutboxEntry.topic == "top_up_stopped")
        with self.back.database.transaction() as session:
            return len(session.scalars(told).all())


@pytest.fixture
def payment(back: MoneyBack) -> UUID:
    """2,000 credits for 29.99, on a page."""
    return back.buy()


@pytest.fixture
def wish(back: MoneyBack, payment: UUID) -> Wish:
    """Set while there are credits enough."""
    wish = Wish(back)
    wish.set()
    assert wish.sweep() == 0
    return wish


def tell(back: MoneyBack, payment: UUID, state: DisputeState) -> None:
    """The bank's word about the payment, as far as it has come."""
    back.hear(payment, *contest_facts("dp_1", PRICE, state))


@pytest.mark.parametrize("state", [DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW])
def test_a_disputed_card_is_not_charged_for_a_top_up(
    back: MoneyBack, payment: UUID, wish: Wish, state: DisputeState
) -> None:
    tell(back, payment, state)
    assert (back.credits(), wish.sweep(), wish.sweep(timedelta(days=40))) == (0, 0, 0)
    assert (wish.shown().stop_code, wish.shown().stopped_at, wish.mails()) == ("payment_disputed", BEGIN, 1)


def test_a_payment_that_is_lost_at_once_charges_nobody_again(back: MoneyBack, payment: UUID, wish: Wish) -> None:
    tell(back, payment, DisputeState.LOST)
    assert (back.credits(), wish.sweep(), wish.mails()) == (0, 0, 1)
    assert wish.shown().stop_code == "payment_disputed", "and so its credits went, which is no other reason"


def test_nor_later_when_other_credits_have_been_used(back: MoneyBack, payment: UUID, wish: Wish) -> None:
    """The plan that is disputed has granted none: nothing falls when the dispute is opened."""
    publish(back.books, "plain", 1_000, 0)
    back.books.subscribe(back.account_id, BEGIN, "plain")
    back.books.answer(BEGIN)
    back.hear(back.payments()[-1].id, *contest_facts("dp_1", 1_000, DisputeState.NEEDS_RESPONSE))
    back.use(CREDITS - 10)
    assert (back.credits(), wish.sweep(), wish.shown().stop_code) == (10, 0, "payment_disputed")


def test_a_bank_that_only_asks_stops_nothing(back: MoneyBack, payment: UUID, wish: Wish) -> None:
    asked, _ = contest_facts("dp_1", PRICE, DisputeState.INQUIRY)
    back.hear(payment, asked)
    assert wish.shown().stopped_at is None
    tell(back, payment, DisputeState.NEEDS_RESPONSE)
    assert wish.shown().stop_code == "payment_disputed"


def test_who_sets_it_anew_is_charged_until_the_dispute_is_lost(back: MoneyBack, payment: UUID, wish: Wish) -> None:
    tell(back, payment, DisputeState.NEEDS_RESPONSE)
    wish.set()
    assert wish.sweep() == 1, "with another card, perhaps: the customer has asked for it in person"
    tell(back, payment, DisputeState.UNDER_REVIEW)
    assert wish.shown().stopped_at is None, "the answer of the seller is no news of the customer's"
    tell(back, payment, DisputeState.LOST)
    assert wish.shown().stop_code == "payment_disputed"
    wish.set()
    tell(back, payment, DisputeState.LOST)
    assert wish.shown().stopped_at is None, "heard before"


def test_who_has_unused_credits_refunded_is_not_charged_for_new_ones(
    back: MoneyBack, payment: UUID, wish: Wish
) -> None:
    back.ask(payment, used=UsedCredits.REDUCE)
    assert (back.credits(), wish.sweep(), wish.sweep(timedelta(days=40))) == (0, 0, 0)
    assert (wish.shown().stop_code, wish.mails()) == ("credits_returned", 1)


def test_what_the_top_up_bought_itself_can_be_refunded_without_being_bought_again(
    back: MoneyBack, payment: UUID, wish: Wish
) -> None:
    """Not even in May, when another purchase of the month is allowed."""
    back.use(CREDITS - 50)
    assert wish.sweep() == 1
    back.ask(back.payments()[-1].id, used=UsedCredits.REDUCE)
    assert (back.credits(), wish.sweep(), wish.sweep(MAY - BEGIN)) == (50, 0, 0)
    wish.set()
    assert wish.sweep(MAY - BEGIN) == 1, "the customer wants it again"


def test_a_refund_in_the_dashboard_and_a_credit_note_stop_it_as_well(back: MoneyBack, wish: Wish) -> None:
    back.hear(back.payments()[0].id, refunded("re_1", PRICE))
    assert (wish.sweep(), wish.shown().stop_code) == (0, "credits_returned")
    back.buy()
    wish.set()
    back.credit(1)
    assert (back.credits(), wish.sweep(), wish.shown().stop_code) == (0, 0, "credits_returned")


def test_what_is_owed_for_used_credits_is_not_bought_with_the_card_that_was_refunded(
    back: MoneyBack, payment: UUID, wish: Wish
) -> None:
    back.use(CREDITS)
    assert wish.sweep() == 1, "500 more, as wished"
    back.use(500)
    back.ask(payment, 1_000, UsedCredits.DEBT)
    assert (wish.sweep(MAY - BEGIN), wish.shown().stop_code) == (0, "credits_returned")


def test_a_refund_that_takes_no_credits_stops_nothing(back: MoneyBack, payment: UUID, wish: Wish) -> None:
    publish(back.books, "plain", 1_000, 0)
    back.books.subscribe(back.account_id, BEGIN, "plain")
    back.books.answer(BEGIN)
    plain = back.payments()[-1].id
    back.use(CREDITS)
    assert wish.sweep() == 1
    back.use(450)
    back.ask(plain)
    assert (back.credits(), wish.shown().stopped_at) == (50, None), "low by use alone"


def test_where_enough_is_left_it_goes_on(back: MoneyBack, payment: UUID, wish: Wish) -> None:
    with back.database.transaction() as session:
        grant_credits(session, back.account_id, CreditSource.PACKAGE, f"gift/{uuid7()}", BELOW + 5, None, BEGIN)
    back.ask(payment, used=UsedCredits.REDUCE)
    assert (back.credits(), wish.shown().stopped_at) == (BELOW + 5, None)
    with back.database.transaction() as session:
        consume_credits(session, back.account_id, 6, f"use/{uuid7()}", "", BEGIN)
    assert wish.sweep() == 1
