"""Pure rules of payment attempts."""

from billing.payments.tables import TRANSITIONS, AttemptKind, AttemptStatus, PaymentAttempt


def can_move(attempt: PaymentAttempt, after: AttemptStatus) -> bool:
    """Whether the state machine has this step. A declined charge is over: another card is another attempt."""
    if is_over(attempt):
        return after is AttemptStatus.CAPTURED
    return after in TRANSITIONS[attempt.status]


def move(attempt: PaymentAttempt, after: AttemptStatus) -> None:
    """Take one step; nothing is to be looked up any more where that is final. Raises ValueError for any other step."""
    if not can_move(attempt, after):
        raise ValueError(f"an attempt cannot go from {attempt.status} to {after}")
    attempt.status = after
    look_up_no_more_when_final(attempt)


def look_up_no_more_when_final(attempt: PaymentAttempt) -> None:
    """Where nothing more is awaited, nobody is asked."""
    if attempt.status is AttemptStatus.CAPTURED or is_over(attempt):
        attempt.look_up_at = None


def is_over(attempt: PaymentAttempt) -> bool:
    """No money is awaited any more. A checkout that failed may yet be paid by another card, a charge may not."""
    is_failed_charge = attempt.status is AttemptStatus.FAILED and attempt.kind is AttemptKind.CHARGE
    return attempt.status is AttemptStatus.EXPIRED or is_failed_charge
