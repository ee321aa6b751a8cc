"""The row of an automatic top-up: its lock, its count of the month, and its stop."""

import re
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.top_ups.tables import AutoTopUp
from database.outbox import stage

ENDED = "ended"


def lock_top_up(session: Session, *conditions: ColumnElement[bool]) -> AutoTopUp | None:
    """The top-up that fits, nobody else's until commit; None when there is none."""
    found = select(AutoTopUp).where(*conditions).with_for_update()
    return session.scalar(found.execution_options(populate_existing=True))


def stop_top_up(session: Session, top_up: AutoTopUp, code: str, now: datetime) -> None:
    """Buy nothing more until the customer has set it anew, and tell the customer why."""
    top_up.stopped_at, top_up.stop_code = now, code
    stage(session, "top_up_stopped", top_up.account_id, cause_of_stop(top_up.account_id, now))


def cause_of_stop(account_id: UUID, stopped_at: datetime) -> str:
    """What makes the mail about a stop unique, and tells it from that about a later one."""
    return f"top_up_stopped/{account_id}/{stopped_at.astimezone(UTC).isoformat()}"


def count_purchases(session: Session, top_up: AutoTopUp, month: date) -> None:
    """Write down how many purchases of the month count; never more than the limit, which may have been lowered."""
    _, counting = purchases_of(session, top_up.account_id, month)
    top_up.month, top_up.purchases = month, min(counting, top_up.monthly_max)


def recount_purchases(session: Session, account_id: UUID, month: date) -> None:
    """Count anew after a purchase of a month has come back into the books. Nothing happens where no top-up is set."""
    top_up = lock_top_up(session, AutoTopUp.account_id == account_id)
    if top_up is not None:
        count_purchases(session, top_up, max(month, top_up.month or month))


def purchases_of(session: Session, account_id: UUID, month: date) -> tuple[int, int]:
    """(the number of the month's last purchase or 0, how many of the month were not voided).

    The numbers may have gaps: of a month that was restored only what was paid is there.
    """
    last = func.coalesce(func.max(cast(func.split_part(Invoice.cause, "/", 4), Integer)), 0)
    not_void = func.count().filter(Invoice.status != InvoiceStatus.VOID)
    of_month = select(last, not_void).where(
        Invoice.account_id == account_id,
        Invoice.reason == InvoiceReason.TOP_UP,
        Invoice.cause.startswith(cause_of_month(account_id, month)),
    )
    number, counting = session.execute(of_month).one()
    return number, counting


def cause_of_month(account_id: UUID, month: date) -> str:
    """What the causes of a month's purchases begin with; the number of the purchase follows."""
    return f"top_up/{account_id}/{month:%Y-%m}/"


def month_in(account_id: UUID, cause: str) -> date | None:
    """The month of the automatic purchase that has this cause; None of any other cause."""
    found = re.fullmatch(rf"top_up/{account_id}/(\d{{4}}-\d{{2}})/\d+", cause)
    return date.fromisoformat(f"{found[1]}-01") if found else None
