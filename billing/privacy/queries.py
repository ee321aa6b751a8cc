"""Reads of copies of all that is known of an account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.errors import Rejected
from billing.privacy.tables import AccountExport
from schemas.views.privacy import ExportView

_SHOWN = (
    AccountExport.id, AccountExport.account_id, AccountExport.parts, AccountExport.parts_done,
    AccountExport.asked_at, AccountExport.ready_at, AccountExport.expires_at,
    func.coalesce(func.octet_length(AccountExport.content), 0).label("size_bytes"),
)  # fmt: skip


def show_export(session: Session, account_id: UUID, now: datetime) -> ExportView:
    """How far the account's copy has come; `now` is UTC. Raises Rejected `account_not_found`, `export_not_found`."""
    get_account(session, account_id)
    newest = select(*_SHOWN).where(AccountExport.account_id == account_id).order_by(AccountExport.asked_at.desc())
    row = session.execute(newest.limit(1)).one_or_none()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        raise _not_found("No copy was asked for, or it has expired.")
    return ExportView(status="ready" if row.ready_at else "asked", **row._asdict())


def get_export_file(session: Session, account_id: UUID, now: datetime) -> bytes:
    """The ZIP file; `now` is UTC. Raises Rejected `export_not_found` also for one that is still being written."""
    ready = select(AccountExport.content).where(
        AccountExport.account_id == account_id,
        AccountExport.expires_at > now,
    )
    content = session.scalar(ready.order_by(AccountExport.asked_at.desc()).limit(1))
    if content is None:
        raise _not_found("No copy is ready: ask for one, or wait until it is written.")
    return content


def _not_found(detail: str) -> Rejected:
    return Rejected("export_not_found", detail, status=404)
