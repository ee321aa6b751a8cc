"""How a person is told of one row that waits for a look."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from billing.manual_payments.tables import PaymentClaim
from billing.money import Money, format_major
from billing.receipts.tables import Receipt
from billing.statements.tables import StatementLine
from billing.subscriptions.tables import Subscription
from database.inbox import InboxEvent
from database.memories import Memory
from database.operations import Operation
from database.outbox import OutboxEntry
from database.unverified import UnverifiedEvent
from logs import last_line, redact_text
from masked import masked, masked_text
from stack.printable import printable, printable_line

Row = Memory | Subscription | Receipt | PaymentClaim | StatementLine
OF_SUBSCRIPTION = (
    "status", "collection", "gateway", "subscription_ref", "price_id", "foreign_price", "period_start", "period_end",
    "due_at",
)  # fmt: skip
OF_RECEIPT = ("source", "gateway", "reference", "attempt_id", "held_at")
OF_CLAIM = ("invoice_id", "method", "paid_as", "paid_on", "submitted_by", "first_approved_by")
OF_LINE = ("account", "booked_on", "bank_ref", "imported_by")
# what the remark would say of a receipt that calls a person without one
NOT_ON_STATEMENT = "not_on_statement"


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


def describe(row: Row, account_id: UUID | None) -> Parked:
    """Work that gave up, by its event or operation id or its cause; a subscription; money."""
    match row:
        case Subscription():
            return _describe_subscription(row)
        case Receipt():
            return _describe_receipt(row)
        case PaymentClaim():
            return _describe_claim(row)
        case StatementLine():
            return _describe_line(row)
    named = next(iter(row.log_context().values()))
    at = row.finished_at or row.created_at
    return Parked(row.__tablename__, row.id, at, row.what, named, account_id, row.attempts, last_line(row.error or ""))


def page_about(row: Row, head: Parked) -> str:
    """Everything, personal data masked, fit for a terminal: the ids, the whole error, and what it is about."""
    told = {"id": row.id, "what": head.what, "account": head.account_id or "-", "since": head.at.isoformat()}
    match row:
        case Subscription():
            told |= {name: getattr(row, name) for name in OF_SUBSCRIPTION}
            parts = [row.failure]
        case Receipt():
            told |= {name: getattr(row, name) for name in OF_RECEIPT}
            parts = [head.reason]
        case PaymentClaim():
            told |= {name: getattr(row, name) for name in OF_CLAIM}
            parts = [head.reason]
        case StatementLine():
            told |= {name: getattr(row, name) for name in OF_LINE}
            parts = [head.reason]
        case _:
            told |= {**row.log_context(), "attempts": row.attempts}
            parts = [row.error or "(no error is written down)", _body_of(row)]
    lines = "".join(
        f"{name:<13} {printable_line(str(value))}\n" for name, value in told.items() if value not in ("", None)
    )
    return "\n\n".join((lines.rstrip(), *(printable(redact_text(part).strip()) for part in parts)))


def _describe_receipt(row: Receipt) -> Parked:
    """Money that came and fits nothing, and is kept; or that left again (then it is negative), or came back."""
    moved, kept = Money(row.amount_minor, row.currency), Money(row.kept_minor, row.currency)
    of_whom = f"of account {row.account_id}, {format_major(kept)} of it kept"
    reason = f"{row.source} of {format_major(moved)} {of_whom}"
    what = str(row.remark) or NOT_ON_STATEMENT
    return Parked("receipts", row.id, row.received_at, what, row.reference, row.account_id, 1, reason)


def _describe_claim(row: PaymentClaim) -> Parked:
    """Somebody says that they paid, and nobody has looked whether they did."""
    reason = f"{format_major(Money(row.amount_minor, row.currency))} are said to have been paid on {row.paid_on}"
    return Parked("payment_claims", row.id, row.created_at, str(row.status), row.paid_as, row.account_id, 1, reason)


def _describe_line(row: StatementLine) -> Parked:
    """The bank says so, and nobody has said what it is."""
    reason = f"{format_major(Money(row.amount_minor, row.currency))} of {row.booked_on} are neither booked nor ignored"
    return Parked("statement_lines", row.id, row.created_at, "open", row.bank_ref, None, 1, reason)


def _describe_subscription(row: Subscription) -> Parked:
    """One that the cycle could not bring on; replaying it lets the cycle try again."""
    reason = last_line(row.failure)
    at = row.failed_at or datetime.now(UTC)
    return Parked("subscriptions", row.id, at, str(row.status), row.subscription_ref, row.account_id, 1, reason)


def _body_of(row: Memory) -> str:
    """What it was about to do it with."""
    match row:
        case InboxEvent() | UnverifiedEvent():
            body = masked_text(row.body)
            return body if isinstance(body, str) else _indented(body)
        case Operation():
            return _indented(masked(row.body))
        case OutboxEntry():
            return f"cause {row.cause}, about {row.subject_id}"


def _indented(body: Any) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)
