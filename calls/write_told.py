"""Write down what gateways told of payments that we asked them for: each answer is about what was asked, or a bug."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.outcomes.record_outcome import Outcome, PaymentContradiction, record_outcomes
from schemas.facts.payments import PaymentFact
from workers.wiring import Work


def write_told(work: Work, session: Session, facts: Sequence[PaymentFact]) -> None:
    """The attempts tell what came of them. Raises PaymentContradiction, and never Rejected."""
    try:
        outcomes = record_outcomes(session, facts, work.wall())
    except Rejected as refusal:
        # the gateway has spoken, so a rule of ours that forbids it must not pass for a business outcome
        raise PaymentContradiction(f"what the gateway tells cannot be booked: {refusal}") from refusal
    for fact, outcome in zip(facts, outcomes, strict=True):
        if outcome is Outcome.NOT_OURS:
            raise PaymentContradiction(f"the gateway answered about another attempt, {fact.attempt_id!r}")
