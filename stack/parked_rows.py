"""How a person is told of one row that waits for a look."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.money import Money, format_major
from billing.receipts.tables import Receipt
from billing.subscriptions.tables import Subscription
from database.inbox import InboxEvent
from database.operations import Operation
from database.outbox import OutboxEntry
from logs import last_line, redact_text
from stack.masked import masked
from stack.parked_accounts import account_of

Work = InboxEvent | Operation | OutboxEntry


@dataclass(frozen=True, slots=True)
class Parked:
    """One row that waits for a person: since when, `what` it is (event type, command or topic), by which other name it
    is known, whose it is, and the last line of its error.
    """

    memory: str
    id: UUID
    at: datetime
    what: str
    named: str
    account_id: UUID | None
    attempts: int
    reason: str


def describe(opened: Session, row: Work) -> Parked:
    """Work that gave up, by its event or operation id or its cause."""
    named = next(iter(row.log_context().values()))
    reason = last_line(row.error or "")
    at = row.finished_at or row.created_at
    return Parked(row.__tablename__, row.id, at, row.what, named, account_of(opened, row), row.attempts, reason)


def describe_receipt(row: Receipt) -> Parked:
    """Money that came and fits nothing, and is kept; or that left again (then it is negative), or came back."""
    moved, kept = Money(row.amount_minor, row.currency), Money(row.kept_minor, row.currency)
    of_whom = f"of account {row.account_id}, {format_major(kept)} of it kept"
    reason = f"{row.source} of {format_major(moved)} {of_whom}"
    return Parked("receipts", row.id, row.received_at, str(row.remark), row.reference, row.account_id, 1, reason)


def describe_subscription(row: Subscription) -> Parked:
    """One that the cycle could not bring on; replaying it lets the cycle try again."""
    reason = last_line(row.failure)
    at = row.failed_at or datetime.now(UTC)
    return Parked("subscriptions", row.id, at, str(row.status), row.subscription_ref, row.account_id, 1, reason)


def body_of(row: Work) -> str:
    """What it was about to do it with, personal data masked."""
    match row:
        case InboxEvent():
            return _event_body(row.body)
        case Operation():
            return json.dumps(masked(row.body), indent=2, ensure_ascii=False)
        case OutboxEntry():
            return f"cause {row.cause}, about {row.subject_id}"


def _event_body(body: str) -> str:
    try:
        return json.dumps(masked(json.loads(body)), indent=2, ensure_ascii=False)
    except ValueError:
        return redact_text(body)
