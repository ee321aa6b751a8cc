"""Hear of a customer: `customer.updated` and `customer.deleted` in one vendor's words."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.adopt_customer import adopt_customer
from billing.accounts.forget_customer import forget_customer
from billing.cards.detach import detach_card
from billing.cards.is_detached import is_detached
from billing.cards.queries import list_cards
from billing.clocks.timelines import happened_at, now_of
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
    chosen, told_at = fact.is_choice, fact.occurred_at
    return Other(
        lambda session, wall: record_customer(session, customer, default, chosen=chosen, told_at=told_at, wall=wall)
    )


def record_customer(
    session: Session, fact: CustomerFact, default: CardFact | None, *, chosen: bool, told_at: datetime, wall: Wall
) -> None:
    """Record: a customer's default card, saved or not; a deleted customer has no cards and is charged no more.

    `chosen`: what is told is that it became the default, at `told_at` by the vendor's clock.
    """
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
        if is_detached(session, account_id, default.gateway, default.card_ref):
            return
        is_first = not list_cards(session, account_id)
        chosen_at = happened_at(told_at, now, wall) if chosen or is_first else None
        save_card(session, account_id, default, now, chosen_at)


def subject(fact: EventFact) -> str:
    """The customer; each choice of theirs is heard by itself, for it has its own time."""
    return f"{fact.customer_ref} chose at {fact.occurred_at}" if fact.is_choice else fact.customer_ref


CUSTOMER = Conversation(subject, ask_customer, is_in_turn=True)
