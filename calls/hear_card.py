"""Hear of a saved card: `payment_method.*` and `setup_intent.succeeded` in one vendor's words."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.adopt_customer import adopt_customer
from billing.cards.detach import detach_card
from billing.cards.is_detached import is_detached
from billing.cards.queries import find_card, list_cards
from billing.clocks.timelines import happened_at, now_of
from billing.clocks.wall import Wall
from billing.outcomes.save_card import save_card
from calls.hearing import UNHEARD, Conversation, Heard, Inquiry, Other
from schemas.facts.customers import CardFact, CustomerFact
from schemas.facts.events import EventFact


def ask_card(inquiry: Inquiry, fact: EventFact) -> Heard:
    """Call: the card as it is now; one that the customer chose on a page is made the gateway's default, too."""
    fetch = inquiry.gateway.saved_methods.fetch_card
    card = fetch(card_ref=fact.card_ref, setup_ref=fact.setup_ref, checkout_ref=fact.checkout_ref)
    if card is None:
        return UNHEARD
    is_chosen = fact.is_choice and _is_charged_now(inquiry, card)
    owner, told_at = _owner(inquiry, card), fact.occurred_at
    return Other(lambda session, wall: record_card(session, card, owner, chosen=is_chosen, told_at=told_at, wall=wall))


def record_card(
    session: Session, fact: CardFact, owner: CustomerFact | None, *, chosen: bool, told_at: datetime, wall: Wall
) -> None:
    """Record: a card saved, brought up to date, or gone. The first card of an account is the one that is charged.

    `owner` is the customer whose card it is; `chosen`: saved on a page of ours to be charged from then on, at `told_at`
    by the vendor's clock. That is done once: what tells of it again, however late, is no other choice.
    """
    account_id = adopt_customer(session, owner) if owner is not None else None
    if account_id is not None:
        if is_detached(session, account_id, fact.gateway, fact.card_ref):
            return
        now = now_of(session, account_id, wall)
        known = find_card(session, fact.gateway, fact.card_ref)
        is_chosen = chosen and (known is None or known.chosen_at is None)
        is_first = not list_cards(session, account_id)
        chosen_at = happened_at(told_at, now, wall) if is_chosen or is_first else None
        save_card(session, account_id, fact, now, chosen_at)
        return
    known = find_card(session, fact.gateway, fact.card_ref)
    if known is not None and not fact.customer_ref:
        detach_card(session, fact.gateway, fact.card_ref, now_of(session, known.account_id, wall))


def _owner(inquiry: Inquiry, card: CardFact) -> CustomerFact | None:
    """Whose card it is. One whom the books do not know may be ours nevertheless: the gateway is asked."""
    if not card.customer_ref:
        return None
    if _is_known(inquiry, card):
        return CustomerFact(card.gateway, card.customer_ref)
    return inquiry.gateway.saved_methods.fetch_customer(card.customer_ref)


def _is_known(inquiry: Inquiry, card: CardFact) -> bool:
    return (card.gateway, card.customer_ref) in inquiry.known.customers


def _is_charged_now(inquiry: Inquiry, card: CardFact) -> bool:
    """Have the gateway charge it where it runs subscriptions.

    False when the card was taken away, another was saved and chosen after it, or the customer is not ours. The key is
    the card's: one choice has several events, and each may come again.
    """
    if not _is_known(inquiry, card):
        return False
    key = f"cashbeat/chosen_card/{card.card_ref}"
    methods = inquiry.gateway.saved_methods
    return methods.make_default(card.customer_ref, card.card_ref, idempotency_key=key, unless_newer=True)


def subject(fact: EventFact) -> str:
    """The card, or what it is being saved by; told apart where it is also the one to be charged from now on.

    The same card may be heard of twice in a batch, and only the second time as a choice.
    """
    reference = fact.card_ref or fact.setup_ref or fact.checkout_ref
    return f"chosen {reference}" if fact.is_choice else reference


CARD = Conversation(subject, ask_card, is_in_turn=True)
