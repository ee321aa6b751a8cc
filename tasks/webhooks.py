"""Gateway events: ask the gateway what happened, then bring the books to it."""

from functools import partial

from sqlalchemy.orm import Session

from billing.payments.queries import is_final
from billing.payments.record_outcome import record_outcome
from database.inbox import InboxEvent
from schemas.facts import EventFact, PaymentFact
from schemas.messages import HandleWebhooks
from workers import claims
from workers.task import doorway
from workers.wiring import Work

Answers = dict[tuple[str, str, str], PaymentFact | None]


@doorway(HandleWebhooks)
def handle(work: Work, message: HandleWebhooks) -> None:
    """Handle each event in a transaction of its own; one bad event does not hold up the others."""
    answers: Answers = {}
    for event in claims.take(work.database, InboxEvent, message.ids):
        with claims.attempt(work.database, event):
            payment = _ask_gateway(work, event, answers)
            claims.finish(work.database, event, partial(_record, work, payment))


def _ask_gateway(work: Work, event: InboxEvent, answers: Answers) -> PaymentFact | None:
    """The payment as the gateway has it now; None when the event cannot change our books.

    One answer serves all events of the batch about the same payment: it is newer than every one of them.
    """
    room = work.room(event.gateway)
    fact = room.translate(event.body.encode())
    if fact.concerns != "payment" or _is_final(work, fact):
        return None
    key = (event.gateway, fact.checkout_ref, fact.payment_ref)
    if key not in answers:
        answers[key] = room.gateway.fetch_payment(checkout_ref=fact.checkout_ref, payment_ref=fact.payment_ref)
    return answers[key]


def _is_final(work: Work, fact: EventFact) -> bool:
    """A cheap look that saves a call; the books decide again under the row's lock."""
    with work.database.transaction() as session:
        return is_final(session, fact.attempt_id)


def _record(work: Work, payment: PaymentFact | None, session: Session) -> None:
    if payment is not None:
        record_outcome(session, payment, work.now())
