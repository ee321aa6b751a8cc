"""One row of each kind of thing that can be an account's, written as bare as the tables allow."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Integer, LargeBinary, Table, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from billing.whose import ACCOUNT, THINGS
from database.base import State
from database.ids import uuid7

NOW = datetime(2026, 11, 22, tzinfo=UTC)
# where a table asks for more than a value of the type
FITTING: dict[str, Any] = {"currency": "USD", "period_end": datetime(2026, 12, 22, tzinfo=UTC), "total_minor": 2}
EXTRAS: dict[str, dict[str, Any]] = {
    "cards": {"exp_month": 1, "exp_year": 2030},
    "receipts": {"gateway": "stripe"},
    "credit_notes": {"kept_minor": 2},
}


def plant(session: Session, account_id: UUID) -> dict[str, str]:
    """A thing of each kind for this account; the value by which each is named, by the field that names it."""
    # nothing but what says whose they are matters here, so what they refer to need not be there
    session.execute(text("SET LOCAL session_replication_role = replica"))
    names = {field: _planted(session, field, account_id) for field in THINGS if field != ACCOUNT}
    session.commit()
    return {ACCOUNT: str(account_id), **names}


def _planted(session: Session, field: str, account_id: UUID) -> str:
    thing = THINGS[field]
    table: Table = thing.account.class_.__table__
    values = {column.name: _value(column) for column in table.columns if _is_needed(column)}
    values |= {"account_id": account_id, **EXTRAS.get(table.name, {})}
    if thing.key.key not in values:
        values[thing.key.key] = f"ref_{uuid7().hex}"
    session.execute(table.insert().values(values))
    return str(values[thing.key.key])


def _is_needed(column: Column[Any]) -> bool:
    return not column.nullable and column.server_default is None and column.computed is None


def _value(column: Column[Any]) -> Any:
    if column.name in FITTING:
        return FITTING[column.name]
    kind = column.type
    if isinstance(kind, State):
        return next(iter(kind.words))
    by_type: tuple[tuple[type, Any], ...] = (
        (Uuid, uuid7()), (Boolean, False), (Integer, 1), (DateTime, NOW), (Date, date(2026, 11, 22)), (ARRAY, []),
        (JSONB, {}), (LargeBinary, b""),
    )  # fmt: skip
    return next((value for known, value in by_type if isinstance(kind, known)), uuid7().hex)
