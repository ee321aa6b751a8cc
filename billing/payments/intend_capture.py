"""Intend to capture what a customer agreed to on a page: until then no money moves."""

from sqlalchemy.orm import Session

from billing.payments.tables import PaymentAttempt
from database.outbox import stage


def intend_capture(session: Session, attempt: PaymentAttempt) -> None:
    """Stage the call for an attempt that was just approved: once for each time that the customer agreed."""
    stage(session, "capture", attempt.id, f"capture/{attempt.id}/{attempt.approvals}")
