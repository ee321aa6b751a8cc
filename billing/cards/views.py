"""Saved cards as the API shows them."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cards.queries import list_cards
from billing.cards.tables import Card
from schemas.views.base import Page
from schemas.views.cards import CardView


def show_cards(session: Session, account_id: UUID) -> Page[CardView]:
    """The account's cards that can be charged, the oldest first, as one page; raises Rejected `account_not_found`."""
    get_account(session, account_id)
    return Page(data=[view_card(card) for card in list_cards(session, account_id)], next_cursor=None)


def view_card(card: Card) -> CardView:
    """A saved card as the API shows it."""
    return CardView(
        id=card.id,
        account_id=card.account_id,
        gateway=card.gateway,
        card_ref=card.card_ref,
        kind=card.kind.value,
        brand=card.brand,
        last4=card.last4 or None,
        holder=card.holder,
        exp_month=card.exp_month,
        exp_year=card.exp_year,
        is_default=card.is_default,
        fallback_order=card.fallback_order,
        created_at=card.created_at,
    )
