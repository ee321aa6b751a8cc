"""Intend to capture what a customer agreed to on a page: until then no money moves."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.invoices.tables import OWED, Invoice, InvoiceStatus
from billing.money import Money
from billing.payments.queries import CANCEL
from billing.payments.tables import PaymentAttempt
from database.outbox import OutboxEntry, stage
from schemas.facts.payments import PaymentFact

# why what a customer agreed to is not captured; the attempt bears it as its failure
CANCELED, NOT_OWED, OTHER_AMOUNT = "canceled", "not_owed", "other_amount"


def why_not(attempt: PaymentAttempt, invoice: Invoice, fact: PaymentFact, *, is_unwanted: bool) -> str:
    """Why the money that a customer agreed to is not taken; empty: it is wanted.

    It has to be what was asked for, and no more than is owed by now: a transfer may have come meanwhile.
    """
    if is_unwanted:
        return CANCELED
    if invoice.status not in OWED and invoice.status is not InvoiceStatus.DRAFT:
        return NOT_OWED
    asked = Money(attempt.amount_minor, attempt.currency)
    is_same = (fact.amount_minor, fact.currency) == (asked.minor, asked.currency)
    return "" if is_same and asked.minor <= invoice.left_minor else OTHER_AMOUNT


def unwanted_among(session: Session, attempt_ids: Iterable[UUID]) -> set[UUID]:
    """Those that somebody wishes to cancel."""
    wishes = [f"{CANCEL}{attempt_id}" for attempt_id in attempt_ids]
    return (
        set(session.scalars(select(OutboxEntry.subject_id).where(OutboxEntry.cause.in_(wishes)))) if wishes else set()
    )


def intend_capture(session: Session, attempt: PaymentAttempt) -> None:
    """Stage the call for an attempt that was just approved: once for each time that the customer agreed."""
    stage(session, "capture", attempt.id, f"capture/{attempt.id}/{attempt.approvals}")
