"""Take a saved card away by the customer's wish: it is charged no more, and the next one takes its place."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.cards.choose import lock_cards
from billing.cards.detach import detach_card
from billing.cards.queries import ChargeableCard, cards_in_order, get_default_card, list_cards
from billing.cards.tables import Card
from billing.errors import Rejected
from billing.outcomes.change_default import change_default
from billing.subscriptions.queries import is_charged_to_a_card


@dataclass(frozen=True, slots=True)
class RemovedCard:
    """What was taken away, and what is charged in its place from now on, if anything took its place."""

    account_id: UUID
    gateway: str
    card_ref: str
    successor: ChargeableCard | None


def remove_card(session: Session, card: Card, *, allow_last: bool, now: datetime) -> RemovedCard:
    """Detach it here, before its gateway is asked to: it is not charged any more, whatever becomes of that call.

    If it was charged so far, the next in the account's order is, at once for what is unpaid. A repeat names the same
    successor. `now` is the account's own time. Raises Rejected `last_payment_method`: of two who take the last two
    away at the same moment, the second is refused.
    """
    lock_cards(session, card.account_id)
    session.refresh(card)
    if card.detached_at is not None:
        return RemovedCard(card.account_id, card.gateway, card.card_ref, get_default_card(session, card.account_id))
    if not allow_last:
        _check_not_last(session, card)
    following = cards_in_order(session, card.account_id)[1:] if card.is_default else []
    detach_card(session, card.gateway, card.card_ref, now)
    successor = following[0] if following else None
    if successor is not None:
        change_default(session, card.account_id, successor.id, now)
    return RemovedCard(card.account_id, card.gateway, card.card_ref, successor)


def _check_not_last(session: Session, card: Card) -> None:
    is_last = len(list_cards(session, card.account_id)) == 1
    if is_last and is_charged_to_a_card(session, card.account_id):
        detail = "A subscription is charged to this card, and there is no other: say `allow_last` if it is to go."
        raise Rejected("last_payment_method", detail, status=409)
