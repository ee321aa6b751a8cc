"""Gateway events: ask the gateway what happened, then bring the books to it."""

from functools import partial

from sqlalchemy.orm import Session

from billing.payments.queries import final_among
from billing.payments.record_outcome import record_outcome
from database.inbox import InboxEvent
from schemas.facts import EventFact, PaymentFact
from schemas.messages import HandleWebhooks
from workers import claims
from workers.task import doorway
from workers.wiring import Work

# One answer serves all events of a batch about the same payment: it is newer than every one of them. None: there is
# nothing to record, because the gateway does not know the payment either, or because it was recorded a moment ago.
Answers = dict[tuple[str, str], PaymentFact | None]


@doorway(HandleWebhooks)
def handle(work: Work, message: HandleWebhooks) -> None:
    """Handle each event in a transaction of its own; one bad event does not hold up the others.

    Events that cannot change the books need no transaction of their own: they are marked together at the end.
    """
    answers: Answers = {}
    without_effect = []
    for event, fact in _worth_asking(work, claims.take(work.database, InboxEvent, message.ids)):
        with claims.attempt(work.database, event):
            if fact is None or not _handle(work, event, fact, answers):
                without_effect.append(event)
    claims.finish_all(work.database, without_effect)


def _worth_asking(work: Work, events: list[InboxEvent]) -> list[tuple[InboxEvent, EventFact | None]]:
    """Each event that can be read, with its fact, or with None when it cannot change the books.

    This look at the books only saves calls; the verb decides again under the row's lock.
    """
    facts = []
    for event in events:
        with claims.attempt(work.database, event):
            facts.append((event, work.room(event.gateway).translate(event.body.encode())))
    with work.database.transaction() as session:
        final = final_among(session, {fact.attempt_id for _, fact in facts})
    return [
        (event, fact if fact.concerns == "payment" and fact.attempt_id not in final else None) for event, fact in facts
    ]


def _handle(work: Work, event: InboxEvent, fact: EventFact, answers: Answers) -> bool:
    """Bring the books to what the gateway has now; false when there is nothing to record."""
    # never by attempt_id: that is a hint, which whoever pays through a payment link can set
    key = (fact.gateway, fact.payment_ref or fact.checkout_ref)
    if key not in answers:
        gateway = work.room(fact.gateway).gateway
        answers[key] = gateway.fetch_payment(checkout_ref=fact.checkout_ref, payment_ref=fact.payment_ref)
    payment = answers[key]
    if payment is None:
        return False
    if claims.finish(work.database, event, partial(_record, work, payment)):
        answers[key] = None
    return True


def _record(work: Work, payment: PaymentFact, session: Session) -> None:
    record_outcome(session, payment, work.now())
