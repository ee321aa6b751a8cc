"""Gateway events: ask the gateway what it has now, then bring the books to it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from billing.gateway_run.mirror_invoice import settled_among
from billing.outcomes.record_outcome import record_outcome
from billing.payments.queries import captured_among
from database.inbox import InboxEvent
from schemas.facts import Concern, EventFact
from schemas.messages import HandleWebhooks
from tasks.gateway_news import (
    Heard,
    Record,
    ask_earlier,
    charge_chosen_card,
    database_time,
    record_card,
    record_customer,
    record_expired_checkout,
    record_subscription,
)
from workers import claims
from workers.task import doorway
from workers.wiring import Work


@dataclass
class Answers:
    """What the gateway said in one batch. An answer serves all events about its object: it is newer than all of them.

    A record of None: there is nothing to record, because the gateway does not know the object either, or because it was
    recorded a moment ago.
    """

    records: dict[tuple[str, Concern, str, bool], Record | None] = field(default_factory=dict)
    subscriptions: dict[tuple[str, str], Heard | None] = field(default_factory=dict)


EXPIRED_CHECKOUT = "checkout.session.expired"
# on these pages the customer chose the card that is to be charged
CARD_WAS_CHOSEN = frozenset({"checkout.session.completed", "setup_intent.succeeded"})


@doorway(HandleWebhooks)
def handle(work: Work, message: HandleWebhooks) -> None:
    """Handle each event in a transaction of its own; one bad event does not hold up the others.

    Events that cannot change the books need no transaction of their own: they are marked together at the end.
    """
    answers = Answers()
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
    final = _final(work, [fact for _, fact in facts])
    return [(event, None if _is_idle(fact, final) else fact) for event, fact in facts]


def _final(work: Work, facts: list[EventFact]) -> set[str]:
    """What of the gateway's payments, checkouts and invoices among these nothing can change any more."""
    invoice_refs = {(fact.gateway, fact.invoice_ref) for fact in facts if fact.invoice_ref}
    with work.database.transaction() as session:
        captured = captured_among(session, {fact.attempt_id for fact in facts})
        return {reference for references in captured.values() for reference in references} | settled_among(
            session, invoice_refs
        )


def _is_idle(fact: EventFact, final: set[str]) -> bool:
    """Whether asking would tell nothing that could be written down.

    Every payment we ask for bears our mark from its first moment on. One without it is of an invoice that the gateway
    wrote, which has events of its own, or was made by somebody else.
    """
    match fact.concerns:
        case Concern.NOTHING:
            return True
        case Concern.PAYMENT:
            return not fact.attempt_id or (fact.payment_ref or fact.checkout_ref) in final
        case Concern.INVOICE:
            return fact.invoice_ref in final
        case _:
            return False


def _handle(work: Work, event: InboxEvent, fact: EventFact, answers: Answers) -> bool:
    """Bring the books to what the gateway has now; false when there is nothing to record."""
    key = (fact.gateway, fact.concerns, _subject(fact), _is_choice(fact))
    if key not in answers.records:
        answers.records[key] = ASK[fact.concerns](work, fact, answers)
    record = answers.records[key]
    if record is None:
        return False
    if claims.finish(work.database, event, record):
        answers.records[key] = None
    return True


def _is_choice(fact: EventFact) -> bool:
    """The same card may be heard of twice in a batch, and only the second time as the one to be charged from now on."""
    return fact.concerns is Concern.CARD and fact.event_type in CARD_WAS_CHOSEN


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


def _payment(work: Work, fact: EventFact, answers: Answers) -> Record | None:
    gateway = work.room(fact.gateway).gateway
    payment = gateway.fetch_payment(checkout_ref=fact.checkout_ref, payment_ref=fact.payment_ref)
    if payment is None:
        return None
    return lambda session: _done(record_outcome(session, payment, work.now()))


def _subscription(work: Work, fact: EventFact, answers: Answers) -> Record | None:
    heard = _hear(work, answers, fact.gateway, fact.subscription_ref, fact.checkout_ref)
    if heard is not None:
        return lambda session: _done(record_subscription(session, heard, work.now()))
    if fact.event_type == EXPIRED_CHECKOUT:
        return partial(record_expired_checkout, subscription_id=fact.subscription_id, wall=work.now())
    return None


def _invoice(work: Work, fact: EventFact, answers: Answers) -> Record | None:
    """With its subscription: the first invoice may come before the news of it, or at a price it has just gone to."""
    invoice = work.room(fact.gateway).subscriptions.fetch_invoice(fact.invoice_ref)
    heard = _hear(work, answers, fact.gateway, invoice.subscription_ref) if invoice else None
    if invoice is None or heard is None:
        return None
    with_invoices = replace(heard, invoices=[*ask_earlier(work, invoice), invoice])
    return lambda session: _done(record_subscription(session, with_invoices, work.now(), rung_for=invoice.invoice_ref))


def _hear(work: Work, answers: Answers, gateway: str, subscription_ref: str, checkout_ref: str = "") -> Heard | None:
    """What the gateway has of a subscription, asked once in a batch."""
    key = (gateway, subscription_ref or checkout_ref)
    if key not in answers.subscriptions:
        asked_at = database_time(work)
        ask = work.room(gateway).subscriptions.fetch_subscription
        found = ask(subscription_ref=subscription_ref, checkout_ref=checkout_ref)
        answers.subscriptions[key] = Heard(found, asked_at) if found else None
    return answers.subscriptions[key]


def _card(work: Work, fact: EventFact, answers: Answers) -> Record | None:
    cards = work.room(fact.gateway).cards
    card = cards.fetch_card(card_ref=fact.card_ref, setup_ref=fact.setup_ref, checkout_ref=fact.checkout_ref)
    if card is None:
        return None
    chosen = _is_choice(fact) and charge_chosen_card(work, card)
    return partial(record_card, fact=card, chosen=chosen, wall=work.now())


def _customer(work: Work, fact: EventFact, answers: Answers) -> Record | None:
    """With its default card, which may be chosen before we have heard of it."""
    cards = work.room(fact.gateway).cards
    customer = cards.fetch_customer(fact.customer_ref)
    if customer is None:
        return None
    default = cards.fetch_card(card_ref=customer.card_ref) if customer.card_ref else None
    return partial(record_customer, fact=customer, default=default, wall=work.now())


def _done(_outcome: object) -> None:
    """An event has no result of its own."""


ASK: dict[Concern, Callable[[Work, EventFact, Answers], Record | None]] = {
    Concern.PAYMENT: _payment,
    Concern.SUBSCRIPTION: _subscription,
    Concern.INVOICE: _invoice,
    Concern.CARD: _card,
    Concern.CUSTOMER: _customer,
}
