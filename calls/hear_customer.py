"""Hear of a customer: `customer.updated` and `customer.deleted` in one vendor's words."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.adopt_customer import adopt_customer
from billing.accounts.forget_customer import forget_customer
from billing.cards.detach import detach_card
from billing.cards.is_detached import is_detached
from billing.cards.queries import is_superseded, list_cards
from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.outcomes.save_card import save_card
from calls.hearing import UNHEARD, Conversation, Heard, Inquiry, Other
from schemas.facts.customers import CardFact, CustomerFact
from schemas.facts.events import EventFact


def ask_customer(inquiry: Inquiry, fact: EventFact) -> Heard:
    """Call: the customer, with the default card, which may be chosen before we have heard of it."""
    methods = inquiry.gateway.saved_methods
    customer = methods.fetch_customer(fact.customer_ref)
    if customer is None:
        return UNHEARD
    default = methods.fetch_card(card_ref=customer.card_ref) if customer.card_ref else None
    return Other(lambda session, wall: record_customer(session, customer, default, wall))


def record_customer(session: Session, fact: CustomerFact, default: CardFact | None, wall: Wall) -> None:
    """Record: a customer's default card, saved or not; a deleted customer has no cards and is charged no more."""
    account_id = adopt_customer(session, fact)
    if account_id is None:
        return
    now = now_of(session, account_id, wall)
    if fact.is_deleted:
        forget_customer(session, fact.gateway, fact.customer_ref, now)
        for card in list_cards(session, account_id):
            if card.customer_ref == fact.customer_ref:
                detach_card(session, fact.gateway, card.card_ref, now)
    elif default is not None and default.customer_ref == fact.customer_ref:
        _charge_from_now_on(session, account_id, default, now)


def _charge_from_now_on(session: Session, account_id: UUID, card: CardFact, now: datetime) -> None:
    """Unless that is the echo of a choice which another gateway's card has taken the place of since."""
    if not is_detached(session, account_id, card.gateway, card.card_ref):
        is_old = is_superseded(session, account_id, card.gateway, card.card_ref)
        save_card(session, account_id, card, not is_old, now)


CUSTOMER = Conversation(lambda fact: fact.customer_ref, ask_customer, is_in_turn=True)
