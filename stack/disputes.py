"""`cashbeat dispute`: what customers contest at their banks."""

from uuid import UUID

from billing.disputes.queries import list_disputes
from billing.money import Money, format_major
from database.pages import Paging
from schemas.views.disputes import DisputeView
from settings import Settings
from stack.printable import printable_line
from stack.sessions import reading


def list_newest(settings: Settings, account_id: UUID | None, limit: int) -> list[str]:
    """A line per dispute, the newest last, as in a log. Raises StackError without a database."""
    with reading(settings) as opened:
        newest = list_disputes(opened, Paging(limit=limit), account_id=account_id).data
        return [_line(each) for each in reversed(newest)]


def _line(dispute: DisputeView) -> str:
    contested = format_major(Money(dispute.amount_minor, dispute.currency))
    gone = format_major(Money(dispute.left_minor, dispute.currency))
    due_at = dispute.evidence_due_at
    until = f"answer until {due_at:%Y-%m-%dT%H:%M:%SZ}" if due_at and dispute.closed_at is None else ""
    what = printable_line(f"{dispute.gateway} {dispute.reference} {dispute.reason}")
    opened_at, account = f"{dispute.opened_at:%Y-%m-%dT%H:%M:%SZ}", f"account {dispute.account_id}"
    parts = (opened_at, str(dispute.id), dispute.status, contested, f"{gone} gone", what, account, until)
    return "  ".join(part for part in parts if part)
