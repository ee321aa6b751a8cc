"""Reads of payment attempts."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.payments.tables import TRANSITIONS, PaymentAttempt

_FINAL = [status for status, onward in TRANSITIONS.items() if not onward]


def final_among(session: Session, attempt_ids: Iterable[str]) -> set[str]:
    """Those of the attempts that nothing the gateway says can change any more. Foreign ids are none of them."""
    wanted = [known for known in map(_as_uuid, attempt_ids) if known is not None]
    if not wanted:
        return set()
    found = select(PaymentAttempt.id).where(PaymentAttempt.id.in_(wanted), PaymentAttempt.status.in_(_FINAL))
    return {str(attempt_id) for attempt_id in session.scalars(found)}


def _as_uuid(attempt_id: str) -> UUID | None:
    try:
        return UUID(attempt_id)
    except ValueError:
        return None


def open_checkouts(session: Session, now: datetime, limit: int) -> list[tuple[str, str]]:
    """(gateway, checkout reference) of attempts that should have been heard of by `now`, the longest waiting first."""
    waiting = select(PaymentAttempt.gateway, PaymentAttempt.checkout_ref).where(
        PaymentAttempt.look_up_at <= now, PaymentAttempt.checkout_ref != ""
    )
    rows = session.execute(waiting.order_by(PaymentAttempt.look_up_at).limit(limit))
    return [(row.gateway, row.checkout_ref) for row in rows]
