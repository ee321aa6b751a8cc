"""What a gateway tells of disputes, by hand."""

from datetime import datetime, timedelta

from schemas.facts.reversals import Contest, DisputeState, ReversalFact, ReversalKind, ReversedPaymentFact
from tests.billing.subscribers import utc

TOLD, FEE = utc("2026-11-22 12:00"), 1_500
ANSWER = timedelta(days=7)
# what they have taken while they stand so
TAKING = frozenset({DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW, DisputeState.LOST})


def contest_facts(
    reference: str, amount_minor: int, state: DisputeState, *, fee_minor: int = FEE, at: datetime = TOLD
) -> tuple[ReversalFact, ReversalFact]:
    """A dispute as it stands, and its fee."""
    contest = Contest(state, amount_minor, "fraudulent", at, at + ANSWER)
    left_minor = amount_minor if state in TAKING else 0
    return (
        ReversalFact(ReversalKind.DISPUTE, reference, left_minor, "USD", at, contest=contest),
        ReversalFact(ReversalKind.DISPUTE_FEE, reference, fee_minor, "USD", at),
    )


def disputed(
    attempt_id: str, amount_minor: int, state: DisputeState = DisputeState.NEEDS_RESPONSE, reference: str = "dp_1"
) -> ReversedPaymentFact:
    """So much of a purchase is disputed. An inquiry has no fee."""
    is_inquiry = state in (DisputeState.INQUIRY, DisputeState.INQUIRY_CLOSED)
    told = contest_facts(reference, amount_minor, state, fee_minor=0 if is_inquiry else FEE)
    return ReversedPaymentFact("stripe", f"ch_{attempt_id}", f"pi_{attempt_id}", told, attempt_id)
