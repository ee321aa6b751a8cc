"""Reads of how an account pays, and how it could."""

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cards.views import show_cards
from billing.payment_methods.views import show_offered
from ingress.queries.filters import PaymentMethodFilter
from schemas.views.payment_methods import PaymentMethodsView


def payment_methods(session: Session, wanted: PaymentMethodFilter) -> PaymentMethodsView:
    """`GET /v1/billing/payment-methods/`"""
    country = wanted.country
    if country is None and wanted.account_id is not None:
        country = get_account(session, wanted.account_id).country
    saved = show_cards(session, wanted.account_id).data if wanted.account_id else []
    offered = show_offered(session, country, wanted.currency) if country else None
    return PaymentMethodsView(data=saved, next_cursor=None, country=country, offered=offered)
