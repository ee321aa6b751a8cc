"""The states of a payment attempt. Nobody else writes them; `billing/README.md` draws them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from database.among import is_among
from schemas.facts.payments import TOO_SMALL

_OUTCOMES = frozenset({AttemptStatus.CAPTURED, AttemptStatus.FAILED, AttemptStatus.EXPIRED})
TRANSITIONS: dict[AttemptStatus, frozenset[AttemptStatus]] = {
    AttemptStatus.CREATED: _OUTCOMES | {AttemptStatus.UNKNOWN, AttemptStatus.PENDING, AttemptStatus.APPROVED},
    AttemptStatus.UNKNOWN: _OUTCOMES | {AttemptStatus.PENDING, AttemptStatus.APPROVED},
    AttemptStatus.PENDING: _OUTCOMES | {AttemptStatus.APPROVED},
    AttemptStatus.APPROVED: _OUTCOMES | {AttemptStatus.PENDING},
    # a declined card may be followed by a good one in the same checkout
    AttemptStatus.FAILED: frozenset(
        {AttemptStatus.PENDING, AttemptStatus.APPROVED, AttemptStatus.CAPTURED, AttemptStatus.EXPIRED}
    ),
    AttemptStatus.CAPTURED: frozenset(),
    # money that came after all is ours, whatever had been given up
    AttemptStatus.EXPIRED: frozenset({AttemptStatus.CAPTURED}),
}

# another card is another attempt: of an issued invoice only one is under way, and a failed one has made way
ASKED_ANEW = frozenset({AttemptKind.CHARGE, AttemptKind.PAGE})


def can_move(attempt: PaymentAttempt, after: AttemptStatus) -> bool:
    """Whether the state machine has this step. For an issued invoice what has failed is over: see `is_over`."""
    if is_over(attempt):
        return after is AttemptStatus.CAPTURED
    return after in TRANSITIONS[attempt.status]


def move(attempt: PaymentAttempt, after: AttemptStatus) -> None:
    """Take one step; nothing is to be looked up any more where that is final. Raises ValueError for any other step."""
    if not can_move(attempt, after):
        raise ValueError(f"an attempt cannot go from {attempt.status} to {after}")
    attempt.status = after
    look_up_no_more_when_final(attempt)


def move_to_unknown(session: Session, attempt_ids: Collection[UUID], sent_at: datetime, look_up_at: datetime) -> None:
    """The same for many that are about to be sent: until an answer is recorded nobody knows what became of them.

    Any that may not become unknown stays as it is.
    """
    before = [status for status, onward in TRANSITIONS.items() if AttemptStatus.UNKNOWN in onward]
    session.execute(
        update(PaymentAttempt)
        .where(is_among(PaymentAttempt.id, attempt_ids), PaymentAttempt.status.in_([*before, AttemptStatus.UNKNOWN]))
        .values(status=AttemptStatus.UNKNOWN, sent_at=sent_at, look_up_at=look_up_at),
        execution_options={"synchronize_session": False},
    )


def look_up_no_more_when_final(attempt: PaymentAttempt) -> None:
    """Where nothing more is awaited, nobody is asked."""
    if attempt.status is AttemptStatus.CAPTURED or is_over(attempt):
        attempt.look_up_at = None


def is_over(attempt: PaymentAttempt) -> bool:
    """No money is awaited any more. A purchase that failed may yet be paid by another card; an invoice is asked anew.

    What is asked anew is another attempt.
    """
    has_failed = attempt.status is AttemptStatus.FAILED
    return attempt.status is AttemptStatus.EXPIRED or (has_failed and attempt.kind in ASKED_ANEW)


def is_answered(attempt: PaymentAttempt) -> bool:
    """A card was charged and refused. What has expired had no answer: it was canceled, or nobody came to pay."""
    return attempt.kind is AttemptKind.CHARGE and attempt.status is AttemptStatus.FAILED


def is_too_small(attempt: PaymentAttempt) -> bool:
    """No card was charged: the gateway charges none so little."""
    return is_answered(attempt) and attempt.failure_code == TOO_SMALL
