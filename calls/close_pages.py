"""Close the pages on which a start or a change of plan could be paid, before its owner's other wish is carried out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.commands.time_of import time_of
from billing.commands.verbs import VERBS
from billing.outcomes.record_outcome import record_outcomes
from billing.payments.queries import find_live_checkout, open_pages_of
from billing.subscriptions.queries import get_subscription
from calls.cancel_payment import cancel_payment
from calls.page_call import never_paid
from database.operations import Operation
from schemas.commands.subscriptions import OfSubscription
from schemas.facts.payments import PaymentFact
from workers.claims import Act
from workers.wiring import Work


def close_pages(work: Work, operation: Operation, command: OfSubscription) -> Act:
    """Claim: the pages. Call: their end. Record: what became of them, it may be that the money came; and the wish.

    The wish is rehearsed first, as if nobody had paid there. Raises its refusal before any call: whoever is paying at
    this moment does not lose the page for nothing.
    """
    pages = pages_in_the_way(work, command)
    with work.database.rehearsal() as session:
        found = [find_live_checkout(session, attempt_id) for attempt_id in pages]
        _carry_out(
            work, session, operation, command, [never_paid(page.gateway, page.request) for page in found if page]
        )
    told = [cancel_payment(work, attempt_id) for attempt_id in pages]

    def act(session: Session) -> dict[str, Any]:
        return _carry_out(work, session, operation, command, [fact for fact in told if fact is not None])

    return act


def _carry_out(
    work: Work, session: Session, operation: Operation, command: OfSubscription, told: Sequence[PaymentFact]
) -> dict[str, Any]:
    # before anything of the account: a change of plan takes this lock, too
    lock_account(session, get_subscription(session, command.subscription_id).account_id)
    record_outcomes(session, told, work.wall())
    session.flush()  # the subscription is read anew: what a payment changed of it a moment ago must be in it
    return VERBS[type(command)](session, operation, command, time_of(session, command, work.wall()))


def pages_in_the_way(work: Work, command: OfSubscription) -> Sequence[UUID]:
    """The attempts that are open on pages for what the command would take back."""
    with work.database.transaction() as session:
        return open_pages_of(session, command.subscription_id)
