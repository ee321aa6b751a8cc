"""Take a saved card away by the customer's wish: it is charged no more, and the next one takes its place."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.cards.choose import lock_cards
from billing.cards.detach import detach_card
from billing.cards.queries import cards_in_order, list_cards
from billing.cards.tables import Card
from billing.errors import Rejected
from billing.outcomes.change_default import change_default
from billing.subscriptions.queries import is_charged_to_a_card


def remove_card(session: Session, card: Card, *, allow_last: bool, now: datetime) -> None:
    """Detach it here, before its gateway is asked to: it is not charged any more, whatever becomes of that call.

    A repeat changes nothing. `now` is the account's own time. Raises Rejected `last_payment_method`: of two who take
    the last two away at the same moment, the second is refused.
    """
    lock_cards(session, card.account_id)
    session.refresh(card)
    if card.detached_at is None and not allow_last:
        _check_not_last(session, card)
    replace_card(session, card, now)


def replace_card(session: Session, card: Card, now: datetime) -> None:
    """Detach a card; if it was charged so far, the next in the account's order is, at once for what is unpaid."""
    lock_cards(session, card.account_id)
    session.refresh(card)
    following = cards_in_order(session, card.account_id)[1:] if card.is_default else []
    detach_card(session, card.gateway, card.card_ref, now)
    if following:
        change_default(session, card.account_id, following[0].id, now, chosen_at=None)


def _check_not_last(session: Session, card: Card) -> None:
    is_last = len(list_cards(session, card.account_id)) == 1
    if is_last and is_charged_to_a_card(session, card.account_id):
        detail = "A subscription is charged to this card, and there is no other: say `allow_last` if it is to go."
        raise Rejected("last_payment_method", detail, status=409)
