"""Whether a card was detached, when news of it comes."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.cards.choose import lock_cards
from billing.cards.queries import find_card


def is_detached(session: Session, account_id: UUID, gateway: str, card_ref: str) -> bool:
    """Whether it was, under the lock of the account's cards: what is told of it now is old, and changes nothing."""
    lock_cards(session, account_id)
    card = find_card(session, gateway, card_ref)
    if card is not None:
        session.refresh(card)  # this session may have seen it as it was
    return card is not None and card.detached_at is not None
