"""The cause of what is written again after a restore."""

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from schemas.facts.payments import MarkedPaymentFact


def free_cause(session: Session, causes: InstrumentedAttribute[str], marked: MarkedPaymentFact) -> str:
    """The one that it had, unless something else has begun under it since the books were restored.

    `causes` is the column in which it has to be the only one.
    """
    cause = marked.marks.cause
    is_taken = session.scalar(select(causes).where(causes == cause)) is not None
    return cause if cause and not is_taken else f"{cause or 'restored'}/{marked.payment.attempt_id}"
