"""Where the time line of an account comes from: one question for each kind of what happened, in the same columns.

Each is answered by an index of its table that begins with the account, so that a page costs no more however much has
happened; what follows and commands are looked for by the account's things, which are as many as it has.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, literal, null, select

from billing.accounts.tables import EmailConfirmation
from billing.cards.tables import Card
from billing.credit_notes.tables import CreditNote
from billing.credits.tables import CreditTransaction
from billing.disputes.tables import Dispute
from billing.events.tables import ProductEvent
from billing.invoices.tables import Invoice
from billing.manual_payments.tables import PaymentClaim
from billing.payments.tables import PaymentAttempt
from billing.privacy.tables import AccountExport
from billing.receipts.tables import Receipt
from billing.refunds.tables import Refund
from billing.subscriptions.tables import Subscription
from billing.team.tables import Invitation
from billing.whose_work import is_about, is_thing_of
from database.audit.tables import AuditEntry
from database.operations import BY_MACHINES, Operation
from database.outbox import OutboxEntry
from database.staff import STAFF_CALLER, StaffMember
from schemas.messages import emails, payments
from schemas.views.activity import ActivityKind

Branch = Callable[[UUID], Select[Any]]
CREDITS = "credits"
# what anything follows from; of nothing else has an account so few
FOLLOWED: tuple[Any, ...] = (
    Subscription, Invoice, PaymentAttempt, Receipt, Card, Refund, CreditNote, Dispute, PaymentClaim, EmailConfirmation,
    Invitation, AccountExport,
)  # fmt: skip


def _row(
    table: Any,
    what: Any,
    *,
    status: Any = None,
    amount: Any = None,
    unit: Any = None,
    reference: Any = None,
    who: Any = None,
) -> Select[Any]:
    """One thing that happened, in the columns that all have."""
    words = (("what", what), ("status", status), ("unit", unit), ("reference", reference), ("who", who))
    texts = [cast(null() if value is None else value, Text).label(name) for name, value in words]
    number = cast(null(), Invoice.total_minor.type) if amount is None else amount
    return select(table.created_at.label("created_at"), table.id.label("id"), number.label("amount"), *texts)


def _money(table: Any, what: Any, amount: Any, **more: Any) -> Select[Any]:
    return _row(table, what, amount=amount, unit=table.currency, **more)


def _events(account_id: UUID) -> Select[Any]:
    told = _row(ProductEvent, ProductEvent.type, reference=ProductEvent.object_id)
    return told.where(ProductEvent.account_id == account_id)


def _commands(account_id: UUID) -> Select[Any]:
    """Who it was by name is known of what was done, to whoever may see the audit; of staff also while it waits."""
    actor = select(AuditEntry.actor_name).where(AuditEntry.operation_id == Operation.id).limit(1).scalar_subquery()
    caller_of = literal(STAFF_CALLER) + cast(StaffMember.id, Text)
    member = select(StaffMember.name).where(caller_of == Operation.caller).scalar_subquery()
    who = func.coalesce(func.nullif(actor, ""), member, Operation.caller)
    said = _row(Operation, Operation.kind, status=Operation.state, who=who, reference=Operation.about)
    return said.where(is_about(account_id), Operation.kind.not_in(BY_MACHINES))


def _people(account_id: UUID) -> Select[Any]:
    """What they did without a command: what they looked at, and what was typed by operators."""
    did = _row(AuditEntry, AuditEntry.action, status=AuditEntry.actor_role, who=AuditEntry.actor_name)
    return did.where(AuditEntry.account_id == account_id, AuditEntry.operation_id.is_(None))


def _invoices(account_id: UUID) -> Select[Any]:
    billed = _money(Invoice, Invoice.reason, Invoice.total_minor, status=Invoice.status, reference=Invoice.number)
    return billed.where(Invoice.account_id == account_id)


def _payments(account_id: UUID) -> Select[Any]:
    tried = _money(
        PaymentAttempt, PaymentAttempt.kind, PaymentAttempt.amount_minor, status=PaymentAttempt.status,
        reference=PaymentAttempt.gateway,
    )  # fmt: skip
    return tried.where(PaymentAttempt.account_id == account_id)


def _receipts(account_id: UUID) -> Select[Any]:
    came = _money(Receipt, Receipt.source, Receipt.amount_minor, status=Receipt.remark, reference=Receipt.gateway)
    return came.where(Receipt.account_id == account_id)


def _claims(account_id: UUID) -> Select[Any]:
    claimed = _money(
        PaymentClaim, PaymentClaim.method, PaymentClaim.amount_minor, status=PaymentClaim.status,
        reference=PaymentClaim.paid_as, who=PaymentClaim.submitted_by,
    )  # fmt: skip
    return claimed.where(PaymentClaim.account_id == account_id)


def _refunds(account_id: UUID) -> Select[Any]:
    back = _money(
        Refund, Refund.reason, Refund.amount_minor, status=Refund.status, reference=Refund.gateway,
        who=Refund.requested_by,
    )  # fmt: skip
    return back.where(Refund.account_id == account_id)


def _credit_notes(account_id: UUID) -> Select[Any]:
    corrected = _money(CreditNote, CreditNote.reason, CreditNote.total_minor, reference=CreditNote.number)
    return corrected.where(CreditNote.account_id == account_id)


def _disputes(account_id: UUID) -> Select[Any]:
    asked = _money(Dispute, Dispute.reason, Dispute.amount_minor, status=Dispute.status, reference=Dispute.gateway)
    return asked.where(Dispute.account_id == account_id)


def _credits(account_id: UUID) -> Select[Any]:
    moved = _row(
        CreditTransaction, CreditTransaction.movement, amount=CreditTransaction.amount, unit=literal(CREDITS),
        reference=CreditTransaction.description,
    )  # fmt: skip
    return moved.where(CreditTransaction.account_id == account_id)


def _following(topics: Sequence[str]) -> Branch:
    """What was to follow from what happened, for these topics."""

    def follow(account_id: UUID) -> Select[Any]:
        is_of_account = is_thing_of(OutboxEntry.subject_id, account_id, FOLLOWED)
        followed = _row(OutboxEntry, OutboxEntry.topic, status=OutboxEntry.state, reference=OutboxEntry.subject_id)
        return followed.where(is_of_account, OutboxEntry.topic.in_(topics))

    return follow


BRANCHES: Mapping[ActivityKind, Branch] = {
    ActivityKind.EVENT: _events,
    ActivityKind.COMMAND: _commands,
    ActivityKind.INVOICE: _invoices,
    ActivityKind.PAYMENT: _payments,
    ActivityKind.RECEIPT: _receipts,
    ActivityKind.CLAIM: _claims,
    ActivityKind.REFUND: _refunds,
    ActivityKind.CREDIT_NOTE: _credit_notes,
    ActivityKind.DISPUTE: _disputes,
    ActivityKind.CREDITS: _credits,
    ActivityKind.MAIL: _following(tuple(emails.TOPICS)),
    ActivityKind.GATEWAY: _following(tuple(payments.TOPICS)),
    ActivityKind.PERSON: _people,
}
