"""Gateway events: ask the gateway what it has now, then bring the books to it."""

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from billing.payments.queries import final_among
from billing.payments.record_outcome import record_outcome
from billing.subscriptions.sync import expire_checkout
from database.inbox import InboxEvent
from schemas.facts import Concern, EventFact, SubscriptionFact
from schemas.messages import HandleWebhooks
from tasks.gateway_news import Record, record_card, record_customer, record_invoice, record_subscription
from workers import claims
from workers.task import doorway
from workers.wiring import Work

# One answer serves all events of a batch about the same object: it is newer than every one of them. None: there is
# nothing to record, because the gateway does not know the object either, or because it was recorded a moment ago.
Answers = dict[tuple[str, Concern, str], Record | None]

EXPIRED_CHECKOUT = "checkout.session.expired"
# on these pages the customer chose the card that is to be charged
CARD_WAS_CHOSEN = frozenset({"checkout.session.completed", "setup_intent.succeeded"})


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
    return [(event, fact if _may_matter(fact, final) else None) for event, fact in facts]


def _may_matter(fact: EventFact, final: set[str]) -> bool:
    return fact.concerns is not Concern.NOTHING and fact.attempt_id not in final


def _handle(work: Work, event: InboxEvent, fact: EventFact, answers: Answers) -> bool:
    """Bring the books to what the gateway has now; false when there is nothing to record."""
    key = (fact.gateway, fact.concerns, _subject(fact))
    if key not in answers:
        answers[key] = ASK[fact.concerns](work, fact)
    record = answers[key]
    if record is None:
        return False
    if claims.finish(work.database, event, record):
        answers[key] = None
    return True


def _subject(fact: EventFact) -> str:
    """The reference that is asked for; never the hints, which whoever pays through a payment link can set."""
    references = {
        Concern.PAYMENT: fact.payment_ref or fact.checkout_ref,
        Concern.SUBSCRIPTION: fact.subscription_ref or fact.checkout_ref,
        Concern.INVOICE: fact.invoice_ref,
        Concern.CARD: fact.card_ref or fact.setup_ref or fact.checkout_ref,
        Concern.CUSTOMER: fact.customer_ref,
    }
    return references[fact.concerns]


def _payment(work: Work, fact: EventFact) -> Record | None:
    gateway = work.room(fact.gateway).gateway
    payment = gateway.fetch_payment(checkout_ref=fact.checkout_ref, payment_ref=fact.payment_ref)
    if payment is None:
        return None
    return lambda session: _done(record_outcome(session, payment, work.now()))


def _subscription(work: Work, fact: EventFact) -> Record | None:
    asked_at = work.now()
    gateway = work.room(fact.gateway).subscriptions
    found = gateway.fetch_subscription(subscription_ref=fact.subscription_ref, checkout_ref=fact.checkout_ref)
    if found is not None:
        return lambda session: _done(record_subscription(session, found, asked_at, work.now()))
    if fact.event_type == EXPIRED_CHECKOUT:
        return lambda session: expire_checkout(session, fact.subscription_id, work.now())
    return None


def _invoice(work: Work, fact: EventFact) -> Record | None:
    """With its subscription: the first invoice may come before the news of it, or at a price it has just gone to."""
    asked_at = work.now()
    gateway = work.room(fact.gateway).subscriptions
    invoice = gateway.fetch_invoice(fact.invoice_ref)
    if invoice is None:
        return None
    subscription = gateway.fetch_subscription(subscription_ref=invoice.subscription_ref)

    def record(session: Session) -> None:
        if _is_ours(session, subscription):
            record_invoice(session, invoice, work.now())

    def _is_ours(session: Session, found: SubscriptionFact | None) -> bool:
        return found is not None and record_subscription(session, found, asked_at, work.now()) is not None

    return record


def _card(work: Work, fact: EventFact) -> Record | None:
    cards = work.room(fact.gateway).cards
    card = cards.fetch_card(card_ref=fact.card_ref, setup_ref=fact.setup_ref, checkout_ref=fact.checkout_ref)
    if card is None:
        return None
    return partial(record_card, fact=card, chosen=fact.event_type in CARD_WAS_CHOSEN, wall=work.now())


def _customer(work: Work, fact: EventFact) -> Record | None:
    customer = work.room(fact.gateway).cards.fetch_customer(fact.customer_ref)
    return partial(record_customer, fact=customer, wall=work.now()) if customer else None


def _done(_outcome: object) -> None:
    """An event has no result of its own."""


ASK: dict[Concern, Callable[[Work, EventFact], Record | None]] = {
    Concern.PAYMENT: _payment,
    Concern.SUBSCRIPTION: _subscription,
    Concern.INVOICE: _invoice,
    Concern.CARD: _card,
    Concern.CUSTOMER: _customer,
}
