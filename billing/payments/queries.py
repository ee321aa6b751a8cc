"""Reads of payment attempts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.payments.tables import TRANSITIONS, PaymentAttempt

_FINAL = [status for status, onward in TRANSITIONS.items() if not onward]


def is_final(session: Session, attempt_id: str) -> bool:
    """True when nothing the gateway says can change this attempt any more. Unknown ids are not final."""
    try:
        wanted = UUID(attempt_id)
    except ValueError:
        return False
    found = select(PaymentAttempt.id).where(PaymentAttempt.id == wanted, PaymentAttempt.status.in_(_FINAL))
    return session.scalar(found) is not None


def open_checkouts(session: Session, now: datetime, limit: int) -> list[tuple[str, str]]:
    """(gateway, checkout reference) of attempts that should have been heard of by `now`, the longest waiting first."""
    waiting = select(PaymentAttempt.gateway, PaymentAttempt.checkout_ref).where(
        PaymentAttempt.look_up_at <= now, PaymentAttempt.checkout_ref != ""
    )
    rows = session.execute(waiting.order_by(PaymentAttempt.look_up_at).limit(limit))
    return [(row.gateway, row.checkout_ref) for row in rows]
