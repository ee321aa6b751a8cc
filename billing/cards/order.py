"""Order an account's cards: which is tried next when one is refused for good."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from billing.cards.choose import lock_cards
from billing.cards.queries import list_cards
from billing.cards.tables import Card
from billing.errors import Rejected


def order_cards(session: Session, account_id: UUID, card_ids: Sequence[UUID]) -> None:
    """Try these cards in this order, after the one that is charged, and then the others, the oldest first.

    Raises Rejected `card_not_found` for a card that is detached or of another account; then nothing is changed.
    """
    lock_cards(session, account_id)
    known = {card.id for card in list_cards(session, account_id)}
    for card_id in card_ids:
        if card_id not in known:
            raise Rejected("card_not_found", f"This account has no card {card_id}.", status=404)
    # cleared first: the unique index lets no two have one place, not even within a statement
    session.execute(update(Card).where(Card.account_id == account_id).values(fallback_order=None))
    for place, card_id in enumerate(card_ids, 1):
        session.execute(update(Card).where(Card.id == card_id).values(fallback_order=place))
