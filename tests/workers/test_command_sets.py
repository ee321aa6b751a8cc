"""Commands that arrive together are carried out together, and each has an outcome of its own."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from billing.accounts.open import open_account
from billing.clocks.timelines import Standing, standings_of
from billing.credits.tables import CreditGrant, CreditMovement, CreditTransaction
from calls.run_set import run_set
from database.ids import uuid7
from database.memory import WorkState, ready_again
from database.operations import Operation, stage_command
from schemas.commands.base import Command
from schemas.commands.credits import ConsumeCredits, SetBalanceWatch
from schemas.messages.commands import SET_IDS_MAX
from tests.billing.conftest import ADA
from tests.billing.prepaid import Prepaid
from workers.wiring import Work


class Till:
    """An account with credits, and the commands about it."""

    def __init__(self, work: Work, credits: int) -> None:
        self.work = work
        with work.database.transaction() as session:
            self.account_id = open_account(session, uuid7(), ADA)
        self.prepaid = Prepaid(work.database, self.account_id)
        self.prepaid.grant(credits, work.wall().at)

    def use(self, amount: int) -> ConsumeCredits:
        """So many credits, please."""
        return ConsumeCredits(account_id=self.account_id, amount=amount)

    def accept(self, command: Command) -> UUID:
        """Stored, and not run."""
        return self.stage(command.kind, command.model_dump(mode="json"))

    def stage(self, kind: str, body: dict[str, object]) -> UUID:
        """Stored as it comes."""
        with self.work.database.transaction() as session:
            return stage_command(session, kind, body, "app/test")

    def row(self, operation_id: UUID) -> Operation:
        """How it stands."""
        with self.work.database.transaction() as session:
            return session.get_one(Operation, operation_id)

    @property
    def balance(self) -> int:
        """What is left."""
        return self.prepaid.balance(self.work.wall().at)


@pytest.fixture
def till(work: Work) -> Till:
    """A hundred credits."""
    return Till(work, 100)


def test_each_has_its_own_answer(till: Till) -> None:
    ids = [till.accept(till.use(amount)) for amount in (70, 60, 30)]
    run_set(till.work, ids)
    first, second, third = map(till.row, ids)
    assert [first.state, second.state, third.state] == [WorkState.DONE, WorkState.REJECTED, WorkState.DONE]
    assert first.result == {"account_id": str(till.account_id), "consumed": 70, "balance": 30}
    assert third.result == {"account_id": str(till.account_id), "consumed": 30, "balance": 0}
    assert second.result is None
    assert second.problem == {
        "type": "urn:cashbeat:problem:insufficient_credits", "title": "insufficient credits", "status": 409,
        "detail": "The account has 30 credits, 60 are needed.",
    }  # fmt: skip
    assert None not in (first.finished_at, second.finished_at, third.finished_at)
    assert [first.attempts, second.attempts, third.attempts] == [1, 1, 1]


def test_a_set_that_is_rung_for_again_takes_nothing_more(till: Till) -> None:
    ids = [till.accept(till.use(10)) for _ in range(3)]
    for _ in range(2):
        run_set(till.work, ids)
    assert (till.balance, till.row(ids[0]).attempts) == (70, 1)


def test_what_is_no_command_and_what_is_another_one_do_not_hold_up_the_others(till: Till) -> None:
    nonsense = till.stage("consume_credits", {"account_id": str(till.account_id), "amount": -1})
    watch = till.accept(SetBalanceWatch(account_id=till.account_id, warn_below=5))
    use = till.accept(till.use(40))
    run_set(till.work, [nonsense, watch, use])
    assert till.row(nonsense).state is WorkState.REJECTED
    assert (till.row(nonsense).problem or {})["title"] == "command invalid"
    assert till.row(watch).result == {"account_id": str(till.account_id), "warn_below": 5}
    assert (till.row(use).state, till.balance) == (WorkState.DONE, 60)


def test_one_that_the_books_cannot_take_is_parked_alone(till: Till) -> None:
    other = Till(till.work, 8)
    ids = [till.accept(till.use(10)) for _ in range(4)]
    bad = ids[2]
    with till.work.database.transaction() as session:
        # under its cause something was taken from this grant already, in another account's name: the books refuse that
        grant_id = session.scalars(select(CreditGrant.id).where(CreditGrant.account_id == till.account_id)).one()
        grant = session.get_one(CreditGrant, grant_id)
        grant.remaining -= 1
        session.add(
            CreditTransaction(
                id=uuid7(), account_id=other.account_id, grant_id=grant_id, movement=CreditMovement.CONSUME, amount=-1,
                cause=f"operation/{bad}",
            )
        )  # fmt: skip
    run_set(till.work, ids)
    assert [till.row(each).state for each in ids] == [
        WorkState.DONE, WorkState.DONE, WorkState.PARKED, WorkState.DONE,
    ]  # fmt: skip
    assert "uq_credit_transactions_cause_grant_id" in (till.row(bad).error or "")
    assert till.balance == 69
    # a person replays it, when other credits are there that are used first
    till.prepaid.grant(10, till.work.wall().at, days=1)
    with till.work.database.transaction() as session:
        session.execute(update(Operation).where(Operation.id == bad).values(ready_again()))
    run_set(till.work, [bad])
    assert (till.row(bad).state, till.balance) == (WorkState.DONE, 69)


def test_one_that_was_tried_before_is_left_to_come_alone(till: Till) -> None:
    suspect, fresh = (till.accept(till.use(10)) for _ in range(2))
    with till.work.database.transaction() as session:
        session.get_one(Operation, suspect).attempts = 2
    run_set(till.work, [suspect, fresh])
    assert (till.row(suspect).state, till.row(fresh).state) == (WorkState.READY, WorkState.DONE)
    run_set(till.work, [suspect])
    assert till.row(suspect).state is WorkState.DONE


def test_an_account_that_is_not_there_lives_by_the_wall_clock(till: Till) -> None:
    wall, stranger = till.work.wall(), uuid7()
    with till.work.database.transaction() as session:
        standings = standings_of(session, [stranger, till.account_id], wall)
    assert standings == {stranger: Standing(wall.at), till.account_id: Standing(wall.at)}


def test_a_set_takes_along_what_else_is_due_and_no_more_than_fits(till: Till) -> None:
    till.prepaid.grant(100, till.work.wall().at)
    ids = [till.accept(till.use(1)) for _ in range(SET_IDS_MAX + 20)]
    watch = till.accept(SetBalanceWatch(account_id=till.account_id, warn_below=5))
    run_set(till.work, ids[-2:])
    done = [each for each in ids if till.row(each).state is WorkState.DONE]
    assert len(done) == SET_IDS_MAX
    assert (set(done) >= set(ids[-2:]), till.balance) == (True, 100)
    assert till.row(watch).state is WorkState.READY, "each of those is told of by itself"
    run_set(till.work, ids[:2])
    assert till.balance == 200 - len(ids)
    assert {till.row(each).attempts for each in ids} == {1}


def test_what_is_rung_for_alone_or_was_tried_before_stays_alone(till: Till) -> None:
    tried, fresh, one, two = (till.accept(till.use(1)) for _ in range(4))
    with till.work.database.transaction() as session:
        session.execute(update(Operation).where(Operation.id == tried).values(attempts=1))
    run_set(till.work, [one])
    assert till.row(fresh).state is WorkState.READY
    run_set(till.work, [two, one])
    assert (till.row(fresh).state, till.row(tried).state) == (WorkState.DONE, WorkState.READY)
