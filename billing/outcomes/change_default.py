"""Choose the card that is charged while the customer is away: what is unpaid is tried with it at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.cards.choose import choose_card
from billing.dunning.retry import retry_at_once


def change_default(
    session: Session, account_id: UUID, card_id: UUID, now: datetime, chosen_at: datetime | None
) -> bool:
    """Charge this card from now on and try at once what is unpaid; false, and nothing tried, when it is already.

    False, too, when a later choice is known than `chosen_at`; see `choose_card`. Both times are the account's own.
    Raises Rejected `card_not_found` for a card that is detached or of another account.
    """
    if not choose_card(session, account_id, card_id, chosen_at):
        return False
    retry_at_once(session, account_id, now)
    return True
