"""Reads of saved cards."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from billing.cards.tables import Card
from billing.catalog.amount_rules import load_amount_rules
from billing.errors import Rejected
from billing.money import AmountRule, Money
from database.among import is_among


class ChargeableCard(NamedTuple):
    """What a charge needs to know of a card."""

    id: UUID
    gateway: str
    customer_ref: str
    card_ref: str


_CHARGEABLE = (Card.id, Card.gateway, Card.customer_ref, Card.card_ref)
DEFAULT_CARD = select(*_CHARGEABLE).where(Card.account_id == bindparam("account_id"), Card.is_default)


def get_default_card(session: Session, account_id: UUID) -> ChargeableCard | None:
    """The card that is charged while the customer is away; None when the account has none."""
    row = session.execute(DEFAULT_CARD, {"account_id": account_id}).one_or_none()
    return ChargeableCard(*row) if row else None


def cards_in_order(session: Session, account_id: UUID) -> list[ChargeableCard]:
    """The default card, then the others in the order in which the account has them tried, at last the oldest first.

    Without a default there are none: who took it away has not said what else may be charged.
    """
    attached = select(Card.is_default, *_CHARGEABLE).where(Card.account_id == account_id, Card.detached_at.is_(None))
    order = Card.is_default.desc(), Card.fallback_order.asc().nulls_last(), Card.id
    rows = session.execute(attached.order_by(*order)).all()
    return [ChargeableCard(*row[1:]) for row in rows] if rows and rows[0].is_default else []


def rule_for(session: Session, account_id: UUID, currency: str) -> AmountRule:
    """Which amounts the account's default card can be charged; without one, those that all gateways take."""
    card = get_default_card(session, account_id)
    return load_amount_rules(session, currency).of(card.gateway if card else None, currency)


def least_for(session: Session, account_id: UUID, currency: str) -> Money:
    """The least of these."""
    return Money(rule_for(session, account_id, currency).least, currency)


def default_cards(session: Session, account_ids: Collection[UUID]) -> dict[UUID, ChargeableCard]:
    """The default card of each of these accounts that has one."""
    found = select(Card.account_id, *_CHARGEABLE).where(is_among(Card.account_id, account_ids), Card.is_default)
    return {row.account_id: ChargeableCard(*row[1:]) for row in session.execute(found)}


def find_card(session: Session, gateway: str, card_ref: str) -> Card | None:
    """The card with this reference, detached or not; None when it was never saved."""
    return session.scalar(select(Card).where(Card.gateway == gateway, Card.card_ref == card_ref))


def last_choice(session: Session, account_id: UUID) -> datetime | None:
    """When one of the cards that the account still has was last chosen; None: none of them ever was."""
    still_here = Card.account_id == account_id, Card.detached_at.is_(None)
    return session.scalar(select(func.max(Card.chosen_at)).where(*still_here))


def get_card(session: Session, account_id: UUID, card_ref: str) -> Card:
    """An account's card by the gateway's reference; raises Rejected `card_not_found`."""
    found = select(Card).where(Card.account_id == account_id, Card.card_ref == card_ref, Card.detached_at.is_(None))
    card = session.scalar(found)
    if card is None:
        raise Rejected("card_not_found", f"This account has no card {card_ref}.", status=404)
    return card


def get_card_by_id(session: Session, card_id: UUID) -> Card:
    """A card, detached or not; raises Rejected `card_not_found`."""
    card = session.get(Card, card_id)
    if card is None:
        raise Rejected("card_not_found", f"There is no card {card_id}.", status=404)
    return card


def list_cards(session: Session, account_id: UUID) -> Sequence[Card]:
    """The account's cards that can be charged, the oldest first."""
    cards = select(Card).where(Card.account_id == account_id, Card.detached_at.is_(None))
    return session.scalars(cards.order_by(Card.id)).all()
