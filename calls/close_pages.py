"""Close the pages on which a start or a change of plan could be paid, before its owner's other wish is carried out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.commands.verbs import VERBS, time_of
from billing.outcomes.record_outcome import record_outcomes
from billing.payments.queries import open_pages_of
from calls.cancel_payment import cancel_payment
from database.operations import Operation
from schemas.commands import OfSubscription
from workers.claims import Act
from workers.wiring import Work


def close_pages(work: Work, operation: Operation, command: OfSubscription) -> Act:
    """Claim: the pages. Call: their end. Record: what became of them, it may be that the money came; and the wish."""
    told = [cancel_payment(work, attempt_id) for attempt_id in pages_in_the_way(work, command)]

    def act(session: Session) -> dict[str, Any]:
        record_outcomes(session, [fact for fact in told if fact is not None], work.wall())
        session.flush()  # the subscription is read anew: what a payment changed of it a moment ago must be in it
        return VERBS[type(command)](session, operation, command, time_of(session, command, work.wall()))

    return act


def pages_in_the_way(work: Work, command: OfSubscription) -> Sequence[UUID]:
    """The attempts that are open on pages for what the command would take back."""
    with work.database.transaction() as session:
        return open_pages_of(session, command.subscription_id)
