"""Save a card, and charge it from now on if that is wanted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.cards.save import keep_card
from billing.outcomes.change_default import change_default
from schemas.facts.customers import CardFact


def save_card(
    session: Session, account_id: UUID, card: CardFact, now: datetime, chosen_at: datetime | None = None
) -> UUID:
    """Write the card and return its id. One that was chosen is charged from now on, at once for what is unpaid.

    Unless a later choice is known. `now` and `chosen_at` are the account's own time. Raises Rejected
    `card_of_another_account`, or `card_detached` for one without a customer: it cannot be charged.
    """
    card_id = keep_card(session, account_id, card)
    if chosen_at is not None:
        change_default(session, account_id, card_id, now, chosen_at)
    return card_id
