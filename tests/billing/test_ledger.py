"""The ledger cannot be made crooked and cannot be edited: the database itself refuses."""

from uuid import UUID

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from database.engine import Database, dialect_url
from tests.billing.conftest import NOON

TEN_DOLLARS = Money(1_000, "USD")


def _post(database: Database, account_id: UUID, *sides: Side, cause: str = "test/1") -> None:
    with database.transaction() as session:
        post(session, [Movement(LedgerReason.PAYMENT_CAPTURED, cause, account_id, sides)], NOON)


def test_a_movement_that_does_not_sum_to_zero_is_refused(database: Database, account_id: UUID) -> None:
    with pytest.raises(IntegrityError, match="does not sum to zero"):
        _post(
            database,
            account_id,
            Side(LedgerAccount.GATEWAY_CLEARING, TEN_DOLLARS),
            Side(LedgerAccount.RECEIVABLE, Money(-999, "USD")),
        )


def test_currencies_must_balance_each_for_itself(database: Database, account_id: UUID) -> None:
    with pytest.raises(IntegrityError, match="does not sum to zero"):
        _post(
            database,
            account_id,
            Side(LedgerAccount.GATEWAY_CLEARING, TEN_DOLLARS),
            Side(LedgerAccount.RECEIVABLE, Money(-1_000, "EUR")),
        )


def test_a_cause_moves_money_once(database: Database, account_id: UUID) -> None:
    sides = (Side(LedgerAccount.GATEWAY_CLEARING, TEN_DOLLARS), Side(LedgerAccount.RECEIVABLE, -TEN_DOLLARS))
    _post(database, account_id, *sides)
    with pytest.raises(IntegrityError, match="cause"):
        _post(database, account_id, *sides)


@pytest.mark.parametrize("edit", ["UPDATE ledger_entries SET amount_minor = 1", "DELETE FROM ledger_entries"])
def test_history_is_never_edited_not_even_by_the_owner(
    database: Database, account_id: UUID, database_url: str, edit: str
) -> None:
    sides = (Side(LedgerAccount.GATEWAY_CLEARING, TEN_DOLLARS), Side(LedgerAccount.RECEIVABLE, -TEN_DOLLARS))
    _post(database, account_id, *sides)
    with pytest.raises(DBAPIError, match="permission denied"), database.transaction() as session:
        session.execute(text(edit))
    owner = create_engine(dialect_url(database_url))
    with pytest.raises(DBAPIError, match="append-only"), owner.begin() as connection:
        connection.execute(text(edit))
    owner.dispose()
