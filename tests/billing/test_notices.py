"""Notices: staged once when their day comes, and dropped when they are no longer true by the time they are sent."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from billing.cards.tables import Card
from billing.clocks.tables import ClockStatus, TestClock
from billing.clocks.timelines import Timeline
from billing.clocks.wall import Wall
from billing.credits.tables import CreditSource
from billing.credits.watch import set_watch
from billing.cycle.end.cancel import cancel_subscription
from billing.cycle.end.reactivate import reactivate_subscription
from billing.cycle.pause.pause import pause_subscription
from billing.cycle.pause.resume import resume_subscription
from billing.dunning.declines import NO_CARD
from billing.dunning.tables import Dunning, DunningEnd
from billing.invoices.pay_link import find_payable
from billing.invoices.tables import Invoice
from billing.notices.card_expiring import month_expiring, notice_card_expiring
from billing.notices.letterhead import Letterhead
from billing.notices.letters import LETTERS
from billing.notices.occasion import Moot, Occasion
from billing.notices.trial_ending import notice_trial_ending
from billing.payments.tables import PaymentAttempt
from billing.subscriptions.queries import lock_subscription
from billing.top_ups.end import end_top_up
from billing.top_ups.row import cause_of_stop
from billing.top_ups.set import set_top_up
from billing.top_ups.tables import AutoTopUp
from billing.usage.consume import consume_credits
from database.ids import uuid7
from database.outbox import OutboxEntry
from schemas.documents import CardFacts, NoticeFacts, PartyFacts
from tests.billing.gifts import grant_credits
from tests.billing.subscribers import Books, utc

WALL = None
MAY, TRIAL_END = utc("2026-05-01 10:00"), utc("2026-05-15 10:00")
LETTERHEAD = Letterhead(
    PartyFacts("Example SaaS Inc."),
    "https://app.example/billing",
    "",
    {},
    lambda code: f"<{code}>",
    "https://billing.example/",
)


@pytest.fixture
def ada_until_may(books: Books) -> UUID:
    """A customer with a card that is good through May 2026."""
    account_id = books.open()
    books.give_card(account_id, utc("2026-01-01 09:00"))
    with books.database.transaction() as session:
        session.execute(update(Card).values(exp_year=2026, exp_month=5))
    return account_id


def _trials(books: Books, now: datetime, clock_id: UUID | None = WALL) -> int:
    with books.database.transaction() as session:
        return notice_trial_ending(session, Timeline(clock_id, now), 100)


def _cards(books: Books, now: datetime, clock_id: UUID | None = WALL) -> int:
    with books.database.transaction() as session:
        return notice_card_expiring(session, Timeline(clock_id, now), 100)


def _write(books: Books, topic: str, subject_id: UUID, now: datetime, cause: str = "") -> NoticeFacts:
    """The facts of a mail as they are now; raises Moot."""
    with books.database.transaction() as session:
        return LETTERS[topic](session, Occasion(subject_id, cause, LETTERHEAD, Wall(now)))


def _last_cause(books: Books, topic: str) -> str:
    with books.database.transaction() as session:
        causes = select(OutboxEntry.cause).where(OutboxEntry.topic == topic)
        return session.scalars(causes.order_by(OutboxEntry.id.desc()).limit(1)).one()


def test_a_trial_is_told_of_three_days_before_its_end_and_once(books: Books, ada_until_may: UUID) -> None:
    subscription_id = books.subscribe(ada_until_may, MAY, trial_days=14)
    assert _trials(books, utc("2026-05-12 09:59:59")) == 0
    assert [_trials(books, utc("2026-05-12 10:00")), _trials(books, utc("2026-05-12 11:00"))] == [1, 0]

    facts = _write(books, "trial_ending", subscription_id, utc("2026-05-12 10:00"))
    assert facts.subscription is not None
    assert (facts.subscription.trial_ends_on, facts.subscription.price_minor) == (date(2026, 5, 15), 9_900)
    assert facts.subscription.card == CardFacts("visa", "4242", 5, 2026)
    with pytest.raises(Moot, match="the trial is over"):
        _write(books, "trial_ending", subscription_id, TRIAL_END)


def test_a_trial_that_was_canceled_or_is_paid_for_is_not_told_of(books: Books, ada_until_may: UUID) -> None:
    subscription_id = books.subscribe(ada_until_may, MAY, trial_days=14)
    with books.database.transaction() as session:
        cancel_subscription(
            session, lock_subscription(session, subscription_id), at_period_end=True, cause="1", now=MAY
        )
    assert _trials(books, utc("2026-05-13 10:00")) == 0
    with pytest.raises(Moot, match="the trial was canceled"):
        _write(books, "trial_ending", subscription_id, utc("2026-05-13 10:00"))


def test_a_trial_on_a_test_clock_ends_by_that_clock(books: Books, ada_until_may: UUID) -> None:
    clock_id = uuid7()
    with books.database.transaction() as session:
        session.add(
            TestClock(
                id=clock_id,
                name="May",
                frozen_at=utc("2026-05-13 10:00"),
                target_at=TRIAL_END,
                status=ClockStatus.ADVANCING,
            )
        )
        session.flush()
        session.execute(text("UPDATE accounts SET clock_id = :clock_id"), {"clock_id": clock_id})
    subscription_id = books.subscribe(ada_until_may, MAY, trial_days=14)
    assert _trials(books, utc("2026-05-13 10:00")) == 0
    assert _cards(books, utc("2026-05-13 10:00")) == 0
    assert _trials(books, utc("2026-05-13 10:00"), clock_id) == 1
    assert _cards(books, utc("2026-05-13 10:00"), clock_id) == 1
    assert _write(books, "trial_ending", subscription_id, utc("2031-01-01 00:00")).subscription is not None


@pytest.mark.parametrize(
    ("now", "expiring"),
    [
        ("2026-02-08 23:59:59", None),
        ("2026-02-09 00:00", (2026, 2)),
        ("2026-02-28 23:59:59", (2026, 2)),
        ("2026-03-01 00:00", None),
        ("2026-12-12 00:00", (2026, 12)),
    ],
)
def test_a_card_expires_soon_from_twenty_days_before_the_end_of_its_month(
    now: str, expiring: tuple[int, int] | None
) -> None:
    assert month_expiring(utc(now)) == expiring


@given(now=st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001 - bounds
def test_every_card_has_twenty_days_in_which_it_is_told_of(now: datetime) -> None:
    at = utc(f"{now:%Y-%m-%d %H:%M:%S}")
    assert month_expiring(at) is None or month_expiring(at + timedelta(days=20)) != month_expiring(at)


def test_a_card_that_pays_for_a_subscription_is_told_of_once_for_its_expiry(books: Books, ada_until_may: UUID) -> None:
    assert _cards(books, utc("2026-05-12 00:00")) == 0, "it pays for nothing"
    books.subscribe(ada_until_may, MAY)
    books.answer(MAY)
    assert _cards(books, utc("2026-05-11 23:59")) == 0
    assert [_cards(books, utc("2026-05-12 00:00")), _cards(books, utc("2026-05-31 00:00"))] == [1, 0]
    with books.database.transaction() as session:
        card_id = session.scalars(select(Card.id)).one()
    facts = _write(books, "card_expiring", card_id, utc("2026-05-12 00:00"))
    assert facts.subscription is not None
    assert facts.subscription.card == CardFacts("visa", "4242", 5, 2026)

    with books.database.transaction() as session:
        session.execute(update(Card).values(exp_year=2027))
    with pytest.raises(Moot, match="the card was renewed"):
        _write(books, "card_expiring", card_id, utc("2026-05-12 00:00"))
    assert _cards(books, utc("2027-05-12 00:00")) == 1
    books.give_card(ada_until_may, utc("2027-05-12 00:00"))
    with pytest.raises(Moot, match="another card is charged now"):
        _write(books, "card_expiring", card_id, utc("2027-05-12 00:00"))


def test_a_failed_payment_is_told_with_its_card_its_reason_and_what_follows(books: Books, ada_until_may: UUID) -> None:
    subscription_id = books.subscribe(ada_until_may, MAY)
    books.answer(MAY)
    books.come_due(utc("2026-06-01 10:00"))
    books.answer(utc("2026-06-01 10:00"), "insufficient_funds")
    invoice_id, cause = books.invoices(ada_until_may)[1].id, _last_cause(books, "payment_failed")

    facts = _write(books, "payment_failed", invoice_id, utc("2026-06-01 10:01"), cause)
    assert facts.subscription is not None
    assert facts.invoice is not None
    assert (facts.failure, facts.needs_new_card, facts.invoice.total_minor) == ("<insufficient_funds>", False, 9_900)
    assert (facts.subscription.next_attempt_on, facts.subscription.ends_on) == (date(2026, 6, 2), date(2026, 6, 8))
    assert facts.subscription.card == CardFacts("visa", "4242", 5, 2026)
    assert (facts.buyer.email, facts.manage_url) == ("b@ada.example", "https://app.example/billing")
    with books.database.transaction() as session:
        payable = find_payable(session, facts.pay_url.removeprefix("https://billing.example/pay/").rstrip("/"))
    assert payable is not None
    assert (payable.invoice_id, payable.amount) == (invoice_id, "99.00 USD")

    books.give_card(ada_until_may, utc("2026-06-01 12:00"))
    with pytest.raises(Moot, match="a newer attempt was begun"):
        _write(books, "payment_failed", invoice_id, utc("2026-06-01 12:00"), cause)
    books.answer(utc("2026-06-01 12:00"))
    with pytest.raises(Moot, match="the invoice is paid"):
        _write(books, "payment_failed", invoice_id, utc("2026-06-01 12:01"), cause)
    renewed = _write(books, "subscription_renewal", invoice_id, utc("2026-06-01 12:01"))
    assert renewed.subscription is not None
    assert (renewed.subscription.period_end, renewed.pay_url) == (date(2026, 7, 1), "")
    assert books.subscription(subscription_id).status.value == "active"


def test_a_first_payment_that_failed_asks_for_another_card_within_its_day(books: Books, ada_until_may: UUID) -> None:
    subscription_id = books.subscribe(ada_until_may, MAY)
    books.answer(MAY, "do_not_honor")
    cause = _last_cause(books, "payment_failed")
    facts = _write(books, "payment_failed", books.invoices(ada_until_may)[0].id, MAY, cause)
    assert facts.subscription is not None
    assert (facts.needs_new_card, facts.subscription.ends_on) == (True, date(2026, 5, 2))
    with pytest.raises(Moot, match="the subscription is incomplete"):
        _write(books, "subscription_activated", subscription_id, MAY)


def test_a_payment_that_is_marked_unpaid_is_not_tried_again_and_asks_for_another_card(
    books: Books, ada_until_may: UUID
) -> None:
    """The second card's decline on 5 June is told although the last try was on 2 June."""
    books.policy("patient", [], DunningEnd.MARK_UNPAID)
    books.subscribe(ada_until_may, MAY, dunning_policy="patient")
    books.answer(MAY)
    june, later = utc("2026-06-01 10:00"), utc("2026-06-05 10:00")
    books.come_due(june)
    books.answer(june, "insufficient_funds")
    books.end_dunnings(june)
    books.give_card(ada_until_may, later)
    books.answer(later, "insufficient_funds")
    facts = _write(
        books, "payment_failed", books.invoices(ada_until_may)[1].id, later, _last_cause(books, "payment_failed")
    )
    assert facts.subscription is not None
    assert facts.invoice is not None
    assert (facts.needs_new_card, facts.invoice.total_minor) == (True, 9_900)
    assert (facts.subscription.next_attempt_on, facts.subscription.ends_on) == (None, None)


def test_a_payment_that_had_no_card_says_so_until_one_is_charged(books: Books) -> None:
    eve = books.open("Eve")
    books.subscribe(eve, MAY, trial_days=14)
    books.come_due(TRIAL_END)
    invoice_id, cause = books.invoices(eve)[0].id, _last_cause(books, "payment_failed")
    facts = _write(books, "payment_failed", invoice_id, TRIAL_END, cause)
    assert (facts.failure, facts.needs_new_card) == ("There is no card on file.", True)

    books.give_card(eve, TRIAL_END)
    books.answer(TRIAL_END, "insufficient_funds")
    with pytest.raises(Moot, match="a card was charged since"):
        _write(books, "payment_failed", invoice_id, TRIAL_END, cause)
    with books.database.transaction() as session:
        assert session.scalars(select(Dunning.last_code)).one() != NO_CARD


def test_an_end_is_told_unless_it_was_taken_back_and_a_pause_unless_it_is_over(
    books: Books, ada_until_may: UUID
) -> None:
    subscription_id = books.subscribe(ada_until_may, MAY, services=[{"service": "campaign-management", "quantity": 2}])
    books.answer(MAY)
    active = _write(books, "subscription_activated", subscription_id, MAY)
    assert active.subscription is not None
    assert (active.subscription.services, active.subscription.price_minor) == (("2 × Campaign Management",), 49_700)
    assert active.invoice is not None
    assert (active.invoice.number, active.pdf) == ("INV-2026-05-00001", None)

    with books.database.transaction() as session:
        subscription = lock_subscription(session, subscription_id)
        cancel_subscription(session, subscription, at_period_end=True, cause="1", now=MAY)
    leaving = _write(books, "subscription_canceled", subscription_id, MAY)
    assert leaving.subscription is not None
    assert leaving.subscription.ends_on == date(2026, 6, 1)

    with books.database.transaction() as session:
        subscription = lock_subscription(session, subscription_id)
        reactivate_subscription(subscription, MAY)
        pause_subscription(session, subscription, utc("2026-07-01 10:00"), "1", MAY)
    with pytest.raises(Moot, match="the subscription was reactivated"):
        _write(books, "subscription_canceled", subscription_id, MAY)
    paused = _write(books, "subscription_paused", subscription_id, MAY)
    assert paused.subscription is not None
    assert paused.subscription.resumes_on == date(2026, 7, 1)
    with books.database.transaction() as session:
        resume_subscription(session, lock_subscription(session, subscription_id), MAY)
    with pytest.raises(Moot, match="the subscription is active"):
        _write(books, "subscription_paused", subscription_id, MAY)


def test_an_invoice_to_be_paid_by_transfer_is_told_of_until_it_is_paid(books: Books, ada_until_may: UUID) -> None:
    books.subscribe(ada_until_may, MAY, pay_by="transfer")
    invoice_id = books.invoices(ada_until_may)[0].id
    facts = _write(books, "invoice_created", invoice_id, MAY)
    assert facts.invoice is not None
    assert (facts.invoice.due_on, facts.subscription) == (date(2026, 5, 15), None)
    with books.database.transaction() as session:
        session.execute(update(Invoice).values(status="uncollectible"))
    with pytest.raises(Moot, match="the invoice is uncollectible"):
        _write(books, "invoice_created", invoice_id, MAY)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("insufficient_funds", "<insufficient_funds>"),
        ("no_card", "There was no card to charge."),
        ("package_not_found", "The credit package is no longer on offer."),
    ],
)
def test_a_top_up_that_stopped_is_told_with_its_reason(
    books: Books, ada_until_may: UUID, code: str, sentence: str
) -> None:
    with books.database.transaction() as session:
        grant_credits(session, ada_until_may, CreditSource.PACKAGE, "gift", 100, None, MAY)
        set_top_up(session, ada_until_may, "starter", 50, 2, MAY)
        session.execute(update(AutoTopUp).values(stopped_at=MAY, stop_code=code))
    facts = _write(books, "top_up_stopped", ada_until_may, MAY, cause_of_stop(ada_until_may, MAY))
    assert (facts.failure, facts.credits_balance) == (sentence, 100)


def test_a_top_up_that_was_set_anew_or_ended_by_the_customer_is_no_news(books: Books, ada_until_may: UUID) -> None:
    with books.database.transaction() as session:
        grant_credits(session, ada_until_may, CreditSource.PACKAGE, "gift", 100, None, MAY)
        set_top_up(session, ada_until_may, "starter", 50, 2, MAY)
    first_stop = cause_of_stop(ada_until_may, MAY)
    with pytest.raises(Moot, match="the top-up was set anew"):
        _write(books, "top_up_stopped", ada_until_may, MAY, first_stop)
    with books.database.transaction() as session:
        session.execute(update(AutoTopUp).values(stopped_at=TRIAL_END, stop_code="insufficient_funds"))
    with pytest.raises(Moot, match="the top-up was set anew"):
        _write(books, "top_up_stopped", ada_until_may, MAY, first_stop)
    assert _write(books, "top_up_stopped", ada_until_may, MAY, cause_of_stop(ada_until_may, TRIAL_END)).failure
    with books.database.transaction() as session:
        end_top_up(session, ada_until_may, TRIAL_END)
    with pytest.raises(Moot, match="the customer has ended the top-up"):
        _write(books, "top_up_stopped", ada_until_may, MAY, cause_of_stop(ada_until_may, TRIAL_END))


def test_low_credits_are_told_while_they_are_low(books: Books, ada_until_may: UUID) -> None:
    books.subscribe(ada_until_may, MAY)
    books.answer(MAY)
    with books.database.transaction() as session:
        set_watch(session, ada_until_may, 100)
    with pytest.raises(Moot, match="credits were added"):
        _write(books, "low_credits", ada_until_may, MAY)
    with books.database.transaction() as session:
        consume_credits(session, ada_until_may, 450, "operation/1", "", MAY)
    facts = _write(books, "low_credits", ada_until_may, MAY)
    assert (facts.credits_balance, facts.credits_threshold) == (50, 100)
    with books.database.transaction() as session:
        set_watch(session, ada_until_may, None)
    with pytest.raises(Moot, match="the warning was ended"):
        _write(books, "low_credits", ada_until_may, MAY)
    with books.database.transaction() as session:
        assert len(session.scalars(select(PaymentAttempt)).all()) == 1
