"""Choose the card that is charged while the customer is away."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.cards.tables import Card
from billing.errors import Rejected


def choose_card(session: Session, account_id: UUID, card_id: UUID, chosen_at: datetime | None = None) -> bool:
    """Charge this card from now on; false when it is charged already.

    It was chosen at that time; None where nobody says when, or whether anybody has: then one that is charged already
    stays chosen when it was.

    Raises Rejected `card_not_found` for a card that is detached or of another account.
    """
    lock_cards(session, account_id)
    card = session.get(Card, card_id, populate_existing=True)
    if card is None or card.account_id != account_id or card.detached_at is not None:
        raise Rejected("card_not_found", f"This account has no card {card_id}.", status=404)
    is_charged = card.is_default
    if not is_charged:
        _make_default(session, account_id, card_id)
    if chosen_at is not None or not is_charged:
        session.execute(update(Card).where(Card.id == card_id).values(chosen_at=chosen_at or func.now()))
    return not is_charged


def _make_default(session: Session, account_id: UUID, card_id: UUID) -> None:
    # one after the other: the unique index lets no two be the default, not even within a statement
    session.execute(update(Card).where(Card.account_id == account_id, Card.is_default).values(is_default=False))
    session.execute(update(Card).where(Card.id == card_id).values(is_default=True))


def lock_cards(session: Session, account_id: UUID) -> None:
    """Let nobody else save, choose or detach a card of this account until commit: the account comes before its cards.

    Others may still refer to the account.
    """
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
