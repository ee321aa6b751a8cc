"""Credits: granted once, used oldest expiry first, never negative, however many reach for them at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from billing.credits.queries import view_balance
from billing.credits.tables import CreditGrant, CreditSource, CreditTransaction
from billing.errors import Rejected
from billing.invariants import credits_are_proved
from billing.usage.consume import consume_credits
from database.engine import Database
from database.ids import uuid7
from tests.billing.conftest import NOON
from tests.billing.gifts import grant_credits


def _grant(database: Database, account_id: UUID, amount: int, cause: str, expires_in_days: int | None = None) -> UUID:
    expires_at = NOON + timedelta(days=expires_in_days) if expires_in_days is not None else None
    with database.transaction() as session:
        return grant_credits(session, account_id, CreditSource.PACKAGE, cause, amount, expires_at, NOON)


def _consume(database: Database, account_id: UUID, amount: int, cause: str) -> int:
    with database.transaction() as session:
        return consume_credits(session, account_id, amount, cause, "", NOON)


def _balance(database: Database, account_id: UUID) -> int:
    with database.transaction() as session:
        return view_balance(session, account_id, NOON).balance


def test_a_cause_grants_once(database: Database, account_id: UUID) -> None:
    _grant(database, account_id, 100, "invoice_line/1")
    with pytest.raises(IntegrityError, match="cause"):
        _grant(database, account_id, 100, "invoice_line/1")
    assert _balance(database, account_id) == 100


def test_the_soonest_to_expire_is_used_first(database: Database, account_id: UUID) -> None:
    forever = _grant(database, account_id, 50, "a")
    in_a_year = _grant(database, account_id, 50, "b", expires_in_days=365)
    tomorrow = _grant(database, account_id, 50, "c", expires_in_days=1)
    _grant(database, account_id, 1_000, "expired", expires_in_days=-1)

    assert _consume(database, account_id, 70, "use/1") == 80

    with database.transaction() as session:
        left = {grant: session.get_one(CreditGrant, grant).remaining for grant in (tomorrow, in_a_year, forever)}
    assert left == {tomorrow: 0, in_a_year: 30, forever: 50}


def test_too_little_is_refused_as_a_whole(database: Database, account_id: UUID) -> None:
    _grant(database, account_id, 10, "a")
    with pytest.raises(Rejected, match="has 10 credits, 11 are needed"):
        _consume(database, account_id, 11, "use/1")
    assert _balance(database, account_id) == 10


def test_a_repeated_use_takes_nothing_more(database: Database, account_id: UUID) -> None:
    _grant(database, account_id, 10, "a")
    assert [_consume(database, account_id, 4, "use/1") for _ in range(3)] == [6, 6, 6]


def test_sixteen_callers_cannot_spend_the_same_credit_twice(database: Database, account_id: UUID) -> None:
    for number in range(5):
        _grant(database, account_id, 20, f"grant/{number}", expires_in_days=number + 1)

    def use(number: int) -> bool:
        try:
            _consume(database, account_id, 7, f"use/{number}")
        except Rejected:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        served = sum(pool.map(use, range(40)))

    assert served == 100 // 7
    assert _balance(database, account_id) == 100 - served * 7
    with database.transaction() as session:
        # these grants come from no invoice; only the first half of the proof concerns them
        assert credits_are_proved.ask(session) == []


def test_a_use_costs_five_statements_where_nobody_watches(database: Database, account_id: UUID) -> None:
    """Thresholds, grants, the cause, the grant's rest, the movement: warnings and top-ups cost others nothing.

    The last one goes past SQLAlchemy (`database.copy`), and is not heard here.
    """
    _grant(database, account_id, 10, "a")
    statements: list[str] = []

    def note(*call: Any) -> None:
        statements.append(call[2])

    event.listen(database.engine, "before_cursor_execute", note)
    _consume(database, account_id, 4, "use/1")
    event.remove(database.engine, "before_cursor_execute", note)
    assert [statement.split()[0] for statement in statements] == ["SELECT", "SELECT", "SELECT", "UPDATE"]
    with database.transaction() as session:
        assert session.scalar(select(func.count()).where(CreditTransaction.cause == "use/1")) == 1


def test_an_unknown_account_is_said_to_be_unknown(database: Database, account_id: UUID) -> None:
    with pytest.raises(Rejected, match="account_not_found"):
        _consume(database, uuid7(), 1, "use/1")
