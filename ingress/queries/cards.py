"""Reads of saved cards."""

from sqlalchemy.orm import Session

from billing.cards.views import show_cards
from ingress.queries.filters import OfAccount
from schemas.views import CardView, Page


def cards(session: Session, wanted: OfAccount) -> Page[CardView]:
    """`GET /v1/billing/payment-methods/`"""
    return show_cards(session, wanted.account_id)
