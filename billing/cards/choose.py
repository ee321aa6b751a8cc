"""Choose the card that is charged while the customer is away."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.cards.queries import last_choice
from billing.cards.tables import Card
from billing.errors import Rejected


def choose_card(session: Session, account_id: UUID, card_id: UUID, chosen_at: datetime | None) -> bool:
    """Charge this card from now on; false when it is charged already, or a later choice is known.

    `chosen_at` is when the customer chose it, in the account's own time; None for the successor of a card that is gone:
    nobody has chosen that, and every choice outranks it. Within a second whoever is heard last counts: vendors tell
    whole ones. Raises Rejected `card_not_found` for a card that is detached or of another account.
    """
    lock_cards(session, account_id)
    card = session.get(Card, card_id, populate_existing=True)
    if card is None or card.account_id != account_id or card.detached_at is not None:
        raise Rejected("card_not_found", f"This account has no card {card_id}.", status=404)
    if chosen_at is not None and not _keep_choice(session, card, chosen_at.replace(microsecond=0)):
        return False
    if card.is_default:
        return False
    _make_default(session, account_id, card_id)
    return True


def _keep_choice(session: Session, card: Card, chosen_at: datetime) -> bool:
    """Remember it, be it late; whether it is the last of those that concern a card which is still here."""
    last = last_choice(session, card.account_id)
    card.chosen_at = max(chosen_at, card.chosen_at or chosen_at)
    session.flush()
    return last is None or chosen_at >= last


def _make_default(session: Session, account_id: UUID, card_id: UUID) -> None:
    # one after the other: the unique index lets no two be the default, not even within a statement
    session.execute(update(Card).where(Card.account_id == account_id, Card.is_default).values(is_default=False))
    session.execute(update(Card).where(Card.id == card_id).values(is_default=True))


def lock_cards(session: Session, account_id: UUID) -> None:
    """Let nobody else save, choose or detach a card of this account until commit: the account comes before its cards.

    Others may still refer to the account.
    """
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
