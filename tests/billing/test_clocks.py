"""Test clocks: a year of one customer in dates, in the order in which it would have happened."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import func, select, update

from billing.accounts.tables import Account
from billing.agenda.outlook import EMAILS, outlooks
from billing.clocks.advance import advance_clock
from billing.clocks.create import create_clock
from billing.clocks.tables import ClockStatus, TestClock
from billing.clocks.timelines import timelines
from billing.clocks.wall import Wall
from billing.credits.tables import CreditMovement, CreditTransaction
from billing.cycle.pause.pause import pause_subscription
from billing.dunning.tables import Dunning, DunningState
from billing.errors import Rejected
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.subscriptions.queries import lock_subscription
from billing.subscriptions.tables import SubscriptionStatus
from calls.create_clock import create_clock_beside
from calls.move_clock import move_clocks
from database.ids import uuid7
from database.inbox import remember
from database.memory import WorkState
from database.operations import Operation
from database.outbox import OutboxEntry
from gateways.registry import OpenedWhenAsked
from schemas.commands.clocks import CreateTestClock
from settings import Settings
from tests.billing.payers import Payer
from tests.billing.subscribers import Books, utc
from tests.workers.hands import equip
from workers.wiring import Work

NEW_YEARS_EVE = utc("2025-12-31 12:00")
JANUARY_31 = utc("2026-01-31 12:00")
A_YEAR_LATER = utc("2027-01-31 12:00")
SHORT_OF_MONEY = (utc("2026-03-31 00:00"), utc("2026-04-03 00:00"))
PATIENCE_SECONDS = 30.0
ROUNDS_MAX = 100


class World(threading.Thread):
    """The gateway and the mail room: every charge is answered and every mail tried, at the time on the clock.

    The clock is read after something was seen to wait, as it stands still from then on: before that it may go on.
    """

    def __init__(self, books: Books, clock_id: UUID) -> None:
        super().__init__(name="world")
        self.books, self.clock_id = books, clock_id
        self.mails: list[tuple[str, str]] = []
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.005):
            self._answer_charges()
            self._read_mails()

    def now(self) -> datetime:
        """What the clock shows."""
        with self.books.database.transaction() as session:
            return session.get_one(TestClock, self.clock_id).frozen_at

    def _answer_charges(self) -> None:
        under_way = select(func.count()).where(PaymentAttempt.status == AttemptStatus.CREATED)
        with self.books.database.transaction() as session:
            is_asked = session.scalars(under_way).one() > 0
        if is_asked:
            now = self.now()
            self.books.answer(now, "insufficient_funds" if SHORT_OF_MONEY[0] <= now < SHORT_OF_MONEY[1] else "")

    def _read_mails(self) -> None:
        with self.books.database.transaction() as session:
            waiting = (OutboxEntry.state == WorkState.READY, OutboxEntry.topic.in_(EMAILS))
            rows = session.scalars(select(OutboxEntry).where(*waiting).order_by(OutboxEntry.id)).all()
            self.mails += [(f"{self.now():%Y-%m-%d}", row.topic) for row in rows]
            ids = [row.id for row in rows]
            session.execute(update(OutboxEntry).where(OutboxEntry.id.in_(ids)).values(state=WorkState.DONE))


def _make_clock(books: Books, at: datetime, clock_ref: str = "") -> UUID:
    with books.database.transaction() as session:
        return create_clock(session, uuid7(), "a year", at, ("stripe", clock_ref), Wall(utc("2026-11-22 09:00")))


def _settle_on(books: Books, clock_id: UUID, at: datetime) -> UUID:
    """An account with a card that lives by the clock."""
    account_id = books.open()
    with books.database.transaction() as session:
        session.execute(update(Account).where(Account.id == account_id).values(clock_id=clock_id))
    books.give_card(account_id, at)
    return account_id


def _send_to(books: Books, clock_id: UUID, target: datetime) -> None:
    with books.database.transaction() as session:
        advance_clock(session, clock_id, target)


def _clock(books: Books, clock_id: UUID) -> TestClock:
    with books.database.transaction() as session:
        return session.get_one(TestClock, clock_id)


@pytest.fixture
def world(books: Books) -> Iterator[World]:
    """A clock on New Year's Eve, and everybody who answers."""
    present = World(books, _make_clock(books, NEW_YEARS_EVE))
    present.start()
    yield present
    present.over.set()
    present.join()


def _paid_on(books: Books, account_id: UUID) -> list[str]:
    return [f"{invoice.paid_at:%Y-%m-%d}" for invoice in books.invoices(account_id) if invoice.paid_at]


def test_an_order_is_canceled_in_its_time(books: Books, hands: Work, world: World) -> None:
    """Due on January 14 and canceled two weeks later; its reminders are staged on their days."""
    payer = Payer(books.database, _settle_on(books, world.clock_id, NEW_YEARS_EVE))
    ordered = payer.order(NEW_YEARS_EVE)
    _send_to(books, world.clock_id, NEW_YEARS_EVE + timedelta(days=40))
    move_clocks(hands, PATIENCE_SECONDS)

    voided_at = payer.invoice(ordered).voided_at
    assert voided_at == NEW_YEARS_EVE + timedelta(days=28)
    with books.database.transaction() as session:
        reminders = select(OutboxEntry.cause).where(OutboxEntry.topic == "payment_reminder").order_by(OutboxEntry.id)
        assert [cause.rpartition("/")[2] for cause in session.scalars(reminders)] == ["-3", "1", "7"]


def test_what_is_claimed_stands_for_a_week(books: Books, hands: Work, world: World) -> None:
    """An order and a subscription, both overdue after four weeks; the clock stops where their time is over."""
    payers = [Payer(books.database, _settle_on(books, world.clock_id, NEW_YEARS_EVE)) for _ in range(2)]
    payers[0].order(NEW_YEARS_EVE)
    subscription_id = books.subscribe(payers[1].account_id, NEW_YEARS_EVE, pay_by="transfer")
    bills = [books.invoices(payer.account_id)[0] for payer in payers]
    for payer, bill in zip(payers, bills, strict=True):
        payer.claim(bill.id, bill.left_minor, paid_on=NEW_YEARS_EVE.date(), now=NEW_YEARS_EVE)
    _send_to(books, world.clock_id, NEW_YEARS_EVE + timedelta(days=34))
    move_clocks(hands, PATIENCE_SECONDS)
    assert _clock(books, world.clock_id).frozen_at == NEW_YEARS_EVE + timedelta(days=34)
    assert [str(payers[0].invoice(bill.id).status) for bill in bills] == ["pending", "pending"]
    assert books.subscription(subscription_id).status == "past_due"

    _send_to(books, world.clock_id, NEW_YEARS_EVE + timedelta(days=40))
    move_clocks(hands, PATIENCE_SECONDS)
    assert payers[0].invoice(bills[0].id).voided_at == NEW_YEARS_EVE + timedelta(days=35)
    assert books.subscription(subscription_id).ended_at == NEW_YEARS_EVE + timedelta(days=35)


MONTH_ENDS = [
    "2026-01-31", "2026-02-28", "2026-04-03", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31",
    "2026-08-31", "2026-09-30", "2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31",
]  # fmt: skip


def test_a_year_in_dates(books: Books, hands: Work, world: World) -> None:
    account_id = _settle_on(books, world.clock_id, NEW_YEARS_EVE)
    subscription_id = books.subscribe(account_id, NEW_YEARS_EVE, trial_days=31)
    _send_to(books, world.clock_id, A_YEAR_LATER)
    move_clocks(hands, PATIENCE_SECONDS)

    clock = _clock(books, world.clock_id)
    assert (clock.frozen_at, clock.target_at) == (A_YEAR_LATER, A_YEAR_LATER)
    # each month's end by the anchor; March was paid on the second retry, three days late
    assert _paid_on(books, account_id) == MONTH_ENDS
    assert world.mails == [
        ("2025-12-31", "subscription_activated"),
        ("2026-01-28", "trial_ending"),
        ("2026-01-31", "subscription_renewal"),
        ("2026-02-28", "subscription_renewal"),
        ("2026-03-31", "payment_failed"),
        ("2026-04-01", "payment_failed"),
        *[(day, "subscription_renewal") for day in MONTH_ENDS[2:]],
    ]
    with books.database.transaction() as session:
        dunning = session.scalars(select(Dunning)).one()
        expired = session.scalar(select(func.count()).where(CreditTransaction.movement == CreditMovement.EXPIRE))
    assert (dunning.state, dunning.closed_at) == (DunningState.RECOVERED, utc("2026-04-03 12:00"))
    assert expired == 12
    assert books.subscription(subscription_id).period_end == utc("2027-02-28 12:00")
    assert books.violations() == []


def test_a_worker_that_stops_at_any_moment_is_followed_by_the_next(books: Books, hands: Work, world: World) -> None:
    account_id = _settle_on(books, world.clock_id, NEW_YEARS_EVE)
    books.subscribe(account_id, NEW_YEARS_EVE, trial_days=31)
    _send_to(books, world.clock_id, A_YEAR_LATER)
    rounds = 0
    while _clock(books, world.clock_id).status is not ClockStatus.READY:
        move_clocks(hands, 0.05)
        rounds += 1
    assert rounds > 10
    assert _paid_on(books, account_id) == MONTH_ENDS


def test_time_cannot_be_turned_where_money_is_real(hands: Work) -> None:
    live = Settings(stripe_secret_key=SecretStr("sk_live_nobody"))
    real = replace(hands, gateways=OpenedWhenAsked(live.of_vendor))
    wanted = CreateTestClock(name="spring", frozen_at=NEW_YEARS_EVE)
    with pytest.raises(Rejected, match="no test clocks where real money moves"):
        create_clock_beside(real, Operation(id=uuid7()), wanted)


def test_two_workers_do_what_one_would(
    books: Books, hands: Work, world: World, database_url: str, broker_url: str
) -> None:
    account_id = _settle_on(books, world.clock_id, NEW_YEARS_EVE)
    books.subscribe(account_id, NEW_YEARS_EVE, trial_days=31)
    _send_to(books, world.clock_id, A_YEAR_LATER)
    other = equip(database_url, broker_url)
    beside = threading.Thread(target=move_clocks, args=(other, PATIENCE_SECONDS))
    beside.start()
    move_clocks(hands, PATIENCE_SECONDS)
    beside.join()
    other.database.engine.dispose()
    assert _paid_on(books, account_id) == MONTH_ENDS
    assert books.violations() == []


def test_a_clock_whose_gateway_does_not_answer_holds_up_no_other_and_is_told_of_once(
    books: Books, hands: Work, world: World
) -> None:
    broken_id = _make_clock(books, NEW_YEARS_EVE, clock_ref="clock_gone")
    account_id = _settle_on(books, world.clock_id, NEW_YEARS_EVE)
    books.subscribe(account_id, NEW_YEARS_EVE, trial_days=31)
    for clock_id in (broken_id, world.clock_id):
        _send_to(books, clock_id, A_YEAR_LATER)
    with structlog.testing.capture_logs() as lines:
        move_clocks(hands, PATIENCE_SECONDS)
    assert _paid_on(books, account_id) == MONTH_ENDS
    assert _clock(books, broken_id).frozen_at == NEW_YEARS_EVE
    assert [line["clock_id"] for line in lines if line["event"] == "clock_failed"] == [str(broken_id)]


def test_what_is_paused_resumes_at_its_instant_and_others_stay_where_they_are(
    books: Books, hands: Work, world: World
) -> None:
    account_id = _settle_on(books, world.clock_id, NEW_YEARS_EVE)
    subscription_id = books.subscribe(account_id, NEW_YEARS_EVE, trial_days=31)
    standing_id = _make_clock(books, NEW_YEARS_EVE)
    by_the_wall = books.subscribe(books.open("Bob's"), utc("2026-11-01 09:00"), pay_by="transfer")
    with books.database.transaction() as session:
        row = lock_subscription(session, subscription_id)
        pause_subscription(session, row, utc("2026-01-10 12:00"), "test", NEW_YEARS_EVE)
    _send_to(books, world.clock_id, JANUARY_31)
    move_clocks(hands, PATIENCE_SECONDS)
    assert books.subscription(subscription_id).status is SubscriptionStatus.TRIALING
    assert books.subscription(subscription_id).period_end == utc("2026-02-10 12:00")
    assert _clock(books, standing_id).frozen_at == NEW_YEARS_EVE
    assert books.subscription(by_the_wall).period_start == utc("2026-11-01 09:00")


def test_nothing_moves_while_a_charge_is_under_way(books: Books, hands: Work) -> None:
    clock_id = _make_clock(books, JANUARY_31)
    account_id = _settle_on(books, clock_id, JANUARY_31)
    books.subscribe(account_id, JANUARY_31)
    _send_to(books, clock_id, A_YEAR_LATER)
    move_clocks(hands, 0.2)
    assert _clock(books, clock_id).frozen_at == JANUARY_31
    books.answer(JANUARY_31)
    with books.database.transaction() as session:
        session.execute(update(OutboxEntry).values(state=WorkState.DONE))
        (ahead,) = outlooks(session, clock_id)
    assert (ahead.is_quiet, ahead.next_at) == (True, utc("2026-02-28 12:00"))
    move_clocks(hands, 0.2)
    assert _clock(books, clock_id).frozen_at == utc("2026-02-28 12:00")


def test_a_clock_that_arrives_does_what_falls_due_there_before_it_is_ready(books: Books, hands: Work) -> None:
    clock_id = _make_clock(books, JANUARY_31)
    account_id = _settle_on(books, clock_id, JANUARY_31)
    books.subscribe(account_id, JANUARY_31, trial_days=10)
    _send_to(books, clock_id, utc("2026-02-10 12:00"))
    with books.database.transaction() as session:
        session.execute(update(OutboxEntry).values(state=WorkState.DONE))
    is_billed = False
    for _ in range(ROUNDS_MAX):
        was_billed, is_billed = is_billed, bool(books.invoices(account_id))
        move_clocks(hands, 0.2)
        with books.database.transaction() as session:
            session.execute(update(OutboxEntry).where(OutboxEntry.topic.in_(EMAILS)).values(state=WorkState.DONE))
        if was_billed:
            break
    clock = _clock(books, clock_id)
    # the trial's end has billed the first month; as long as its charge is under way the clock is not ready
    assert len(books.invoices(account_id)) == 1
    assert (clock.frozen_at, clock.status) == (utc("2026-02-10 12:00"), ClockStatus.ARRIVING)
    books.answer(clock.frozen_at)
    with books.database.transaction() as session:
        session.execute(update(OutboxEntry).values(state=WorkState.DONE))
    move_clocks(hands, PATIENCE_SECONDS)
    clock = _clock(books, clock_id)
    assert (clock.frozen_at, clock.status) == (utc("2026-02-10 12:00"), ClockStatus.READY)


def test_a_clock_never_goes_back_and_not_too_far(books: Books) -> None:
    clock_id = _make_clock(books, JANUARY_31)
    _send_to(books, clock_id, utc("2026-03-01 00:00"))
    for target, code in (
        ("2026-02-28 23:59", "clock_goes_back"),
        ("2028-03-01 00:00", "clock_goes_too_far"),
    ):
        with pytest.raises(Rejected) as refused:
            _send_to(books, clock_id, utc(target))
        assert refused.value.code == code
    _send_to(books, clock_id, utc("2026-04-01 00:00"))
    assert _clock(books, clock_id).target_at == utc("2026-04-01 00:00")
    with pytest.raises(Rejected) as unknown:
        _send_to(books, uuid7(), A_YEAR_LATER)
    assert unknown.value.code == "test_clock_not_found"


def test_a_repeated_creation_writes_nothing(books: Books) -> None:
    clock_id = uuid7()
    for name in ("first", "second"):
        with books.database.transaction() as session:
            create_clock(
                session, clock_id, name, utc("2026-01-31 12:00:00.700"), ("stripe", "clock_1"), Wall(A_YEAR_LATER)
            )
    clock = _clock(books, clock_id)
    assert (clock.name, clock.frozen_at, clock.target_at) == ("first", JANUARY_31, JANUARY_31)


def test_sweeps_leave_a_clock_on_its_way_to_whoever_moves_it(books: Books) -> None:
    standing_id, moving_id = _make_clock(books, JANUARY_31), _make_clock(books, JANUARY_31)
    _send_to(books, moving_id, A_YEAR_LATER)
    with books.database.transaction() as session:
        seen = [(course.clock_id, course.now) for course in timelines(session, Wall(A_YEAR_LATER))]
    assert seen == [(None, A_YEAR_LATER), (standing_id, JANUARY_31)]


def test_an_unhandled_event_of_the_gateways_clock_is_waited_for(books: Books) -> None:
    clock_id = _make_clock(books, JANUARY_31, "clock_beside")
    _send_to(books, clock_id, A_YEAR_LATER)
    body = '{"data": {"object": {"test_clock": "clock_%s"}}}'
    with books.database.transaction() as session:
        remember(session, "stripe", [("evt_1", "invoice.paid", body % "elsewhere")])
        assert outlooks(session, clock_id)[0].is_quiet
        remember(session, "stripe", [("evt_2", "invoice.paid", body % "beside")])
        assert not outlooks(session, clock_id)[0].is_quiet


def test_invoices_on_a_clock_are_dated_by_it(books: Books, hands: Work, world: World) -> None:
    account_id = _settle_on(books, world.clock_id, NEW_YEARS_EVE)
    books.subscribe(account_id, NEW_YEARS_EVE)
    _send_to(books, world.clock_id, JANUARY_31)
    move_clocks(hands, PATIENCE_SECONDS)
    issued = [invoice.issued_at for invoice in books.invoices(account_id)]
    assert issued == [NEW_YEARS_EVE, JANUARY_31]
