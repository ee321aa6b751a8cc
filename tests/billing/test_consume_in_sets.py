"""Uses that arrive together are decided one after the other, and written together."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from billing.accounts.open import open_account
from billing.credits.queries import list_transactions
from billing.credits.tables import CreditGrant, CreditSource
from billing.credits.watch import set_watch
from billing.errors import Rejected
from billing.invariants import credits_are_proved
from billing.usage.consume import Consumption, consume_all
from database.engine import Database
from database.ids import uuid7
from tests.billing.conftest import ADA, NOON
from tests.billing.gifts import grant_credits
from tests.billing.prepaid import Prepaid

STATEMENTS_MAX = 6  # thresholds, grants, causes; what remains, movements; and what remains of them


@pytest.fixture
def other_id(database: Database) -> UUID:
    """A second customer."""
    with database.transaction() as session:
        return open_account(session, uuid7(), ADA)


def _wish(account_id: UUID, amount: int, cause: str) -> Consumption:
    return Consumption(account_id, amount, cause, "", NOON)


def _use(database: Database, wishes: Sequence[Consumption]) -> list[int | str]:
    """What is left after each, or the code of its refusal; the movements prove what remains."""
    with database.transaction() as session:
        lefts = consume_all(session, wishes)
    with database.transaction() as session:
        assert credits_are_proved.ask(session) == []
    return [left.code if isinstance(left, Rejected) else left for left in lefts]


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def test_too_few_is_refused_to_the_one_that_asked_for_too_many(database: Database, account_id: UUID) -> None:
    Prepaid(database, account_id).grant(100, NOON)
    wishes = [_wish(account_id, amount, f"use/{amount}") for amount in (60, 50, 30, 11, 10)]
    assert _use(database, wishes) == [40, "insufficient_credits", 10, "insufficient_credits", 0]


def test_every_account_has_its_own_purse_and_an_unknown_one_none(
    database: Database, account_id: UUID, other_id: UUID
) -> None:
    Prepaid(database, account_id).grant(10, NOON)
    Prepaid(database, other_id).grant(20, NOON)
    wishes = [_wish(each, 5, f"use/{n}") for n, each in enumerate((account_id, other_id, uuid7(), account_id))]
    assert _use(database, wishes) == [5, 15, "account_not_found", 0]


def test_the_soonest_to_expire_is_used_first_across_a_set(database: Database, account_id: UUID) -> None:
    with database.transaction() as session:
        for cause, days in (("late", 30), ("soon", 2), ("gone", -1)):
            expires_at = NOON + timedelta(days=days)
            grant_credits(session, account_id, CreditSource.PACKAGE, cause, 10, expires_at, NOON)
    assert _use(database, [_wish(account_id, 4, f"use/{n}") for n in range(3)]) == [16, 12, 8]
    with database.transaction() as session:
        left = {grant.cause: grant.remaining for grant in session.query(CreditGrant)}
        moved = [row.amount for row in list_transactions(session, account_id).data if row.movement == "consume"]
    assert left == {"soon": 0, "late": 8, "gone": 10}
    assert sorted(moved) == [-4, -4, -2, -2]


def test_a_cause_takes_once_also_within_one_set(database: Database, account_id: UUID) -> None:
    Prepaid(database, account_id).grant(10, NOON)
    assert _use(database, [_wish(account_id, 3, "use/1"), _wish(account_id, 3, "use/1")]) == [7, 7]
    assert _use(database, [_wish(account_id, 3, "use/1"), _wish(account_id, 3, "use/2")]) == [7, 4]


def test_a_set_that_falls_below_a_number_is_warned_of_once(database: Database, account_id: UUID) -> None:
    prepaid = Prepaid(database, account_id)
    prepaid.grant(100, NOON)
    with database.transaction() as session:
        set_watch(session, account_id, 50)
    _use(database, [_wish(account_id, 20, f"use/{n}") for n in range(4)])
    assert (prepaid.warnings(), prepaid.balance(NOON)) == (1, 20)


def test_a_hundred_uses_cost_as_many_statements_as_one(database: Database, account_id: UUID, other_id: UUID) -> None:
    for each in (account_id, other_id):
        Prepaid(database, each).grant(1_000, NOON)
    with database.transaction() as session, _counted(database) as statements:
        consume_all(session, [_wish((account_id, other_id)[n % 2], 1, f"use/{n}") for n in range(100)])
    assert len(statements) <= STATEMENTS_MAX
