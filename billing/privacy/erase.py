"""Erase what names a person: at once when the account is deleted, the rest when its years are over."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.privacy.personal import PERSONAL
from billing.privacy.retention import PersonalTable


def erase_at_once(session: Session, account_id: UUID, *, again: bool = False) -> None:
    """Remove and overwrite what is kept no longer than the account; see `PERSONAL`. `again`: what came since then."""
    for table in _reached():
        if table.is_deleted and again and not table.is_followed:
            continue
        if table.is_deleted:
            _run(session, f"DELETE FROM {table.name} WHERE {table.of_account}", account_id)  # noqa: S608
        else:
            changed = {name: column.at_once for name, column in table.columns.items() if column.at_once}
            _overwrite(session, table, changed, account_id)


def erase_at_last(session: Session, account_id: UUID) -> None:
    """Overwrite what no law asks for any more. The database refuses it before `accounts.keep_until`."""
    for table in _reached():
        changed = {name: column.at_last for name, column in table.columns.items() if column.at_last}
        _overwrite(session, table, changed, account_id)


def _reached() -> Iterable[PersonalTable]:
    return (table for table in PERSONAL if table.of_account)


def _overwrite(session: Session, table: PersonalTable, changed: dict[str, str], account_id: UUID) -> None:
    if changed:
        values = ", ".join(f"{name} = {expression}" for name, expression in changed.items())
        _run(session, f"UPDATE {table.name} SET {values} WHERE {table.of_account}", account_id)  # noqa: S608


def _run(session: Session, statement: str, account_id: UUID) -> None:
    """All names and expressions are those of the list."""
    session.execute(text(statement), {"account_id": account_id})
