"""Ask for a copy of all that is known of an account, which a worker writes; and what became of it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.privacy.collect import TABLES
from billing.privacy.tables import AccountExport
from database.ids import uuid7
from database.outbox import stage

EXPORT = "account_export"
READY = "account_export_ready"
# so long whoever asked for it can fetch it: everything about a person in one file is not left lying about
FETCHED_WITHIN = timedelta(days=7)


def ask_export(session: Session, account_id: UUID, now: datetime) -> AccountExport:
    """The copy that is being written already, or another; `now` is UTC. Raises Rejected `account_not_found`."""
    lock_account(session, account_id)
    of_account = AccountExport.account_id == account_id
    being_written = session.scalar(select(AccountExport).where(of_account, AccountExport.ready_at.is_(None)))
    if being_written is not None:
        return being_written
    # the new one takes the place of those before
    session.execute(delete(AccountExport).where(of_account))
    asked = AccountExport(id=uuid7(), account_id=account_id, asked_at=now, parts_done=0, parts=len(TABLES))
    session.add(asked)
    session.flush()
    stage(session, EXPORT, asked.id, f"{EXPORT}/{asked.id}")
    return asked


def finish_export(session: Session, export_id: UUID, content: bytes, now: datetime) -> None:
    """Keep the file, and tell whom it is for. One that was deleted meanwhile with its account is left alone."""
    export = session.get(AccountExport, export_id, with_for_update=True, populate_existing=True)
    if export is None:
        return
    export.content = content
    export.ready_at, export.expires_at, export.parts_done = now, now + FETCHED_WITHIN, export.parts
    stage(session, READY, export.id, f"{READY}/{export.id}")
