"""Detach a card: the customer has taken it away, or the gateway says that it is gone."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.cards.choose import lock_cards
from billing.cards.queries import find_card


def detach_card(session: Session, gateway: str, card_ref: str, now: datetime) -> bool:
    """Never charge the card again, for good; false when it is unknown or detached already.

    No other card takes its place: a customer who removes the default has none until another is chosen. `now` is the
    account's own time.
    """
    card = find_card(session, gateway, card_ref)
    if card is None:
        return False
    lock_cards(session, card.account_id)
    session.refresh(card, with_for_update={"key_share": True})  # a charge that is written just now refers to it
    if card.detached_at is not None:
        return False
    card.is_default, card.fallback_order, card.detached_at = False, None, now
    session.flush()  # who looks for the default next, in this transaction too, finds none
    return True
