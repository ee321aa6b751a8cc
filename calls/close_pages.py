"""Close the pages on which a start or a change of plan could be paid, before its owner's other wish is carried out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.commands.verbs import VERBS, time_of
from billing.errors import Rejected
from billing.outcomes.record_outcome import record_outcomes
from billing.payments.queries import open_pages_of
from calls.cancel_payment import cancel_payment
from database.operations import Operation
from schemas.commands import OfSubscription
from workers.claims import Act
from workers.wiring import Work

# with these a wish is refused because of the pages themselves
FOR_THE_PAGES = frozenset({"change_pending", "payment_under_way"})


def close_pages(work: Work, operation: Operation, command: OfSubscription) -> Act:
    """Claim: the pages. Call: their end. Record: what became of them, it may be that the money came; and the wish.

    Raises the wish's refusal before any call: whoever is paying at this moment does not lose the page for nothing.
    """
    _rehearse(work, operation, command)
    told = [cancel_payment(work, attempt_id) for attempt_id in pages_in_the_way(work, command)]

    def act(session: Session) -> dict[str, Any]:
        record_outcomes(session, [fact for fact in told if fact is not None], work.wall())
        session.flush()  # the subscription is read anew: what a payment changed of it a moment ago must be in it
        return _carry_out(work, session, operation, command)

    return act


def _rehearse(work: Work, operation: Operation, command: OfSubscription) -> None:
    try:
        with work.database.rehearsal() as session:
            _carry_out(work, session, operation, command)
    except Rejected as refusal:
        if refusal.code not in FOR_THE_PAGES:
            raise


def _carry_out(work: Work, session: Session, operation: Operation, command: OfSubscription) -> dict[str, Any]:
    return VERBS[type(command)](session, operation, command, time_of(session, command, work.wall()))


def pages_in_the_way(work: Work, command: OfSubscription) -> Sequence[UUID]:
    """The attempts that are open on pages for what the command would take back."""
    with work.database.transaction() as session:
        return open_pages_of(session, command.subscription_id)
