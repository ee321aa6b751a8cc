"""Reads of how an account pays, and how it could."""

from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cards.views import show_cards
from billing.payment_methods.views import show_offered
from ingress.queries.filters import Filter
from schemas.countries import Country
from schemas.currencies import Currency
from schemas.views.payment_methods import PaymentMethodsView


class PaymentMethodFilter(Filter):
    """What is offered in a country, else in an account's own, and what the account has saved."""

    country: Country | None = None
    currency: Currency | None = None
    account_id: UUID | None = Field(None, validate_default=True)

    @field_validator("account_id")
    @classmethod
    def _is_about_somewhere(cls, value: UUID | None, given: ValidationInfo) -> UUID | None:
        if value is None and given.data.get("country") is None:
            raise ValueError("must be given, or a `country`")
        return value


def payment_methods(session: Session, wanted: PaymentMethodFilter) -> PaymentMethodsView:
    """`GET /v1/billing/payment-methods/`"""
    country = wanted.country
    if country is None and wanted.account_id is not None:
        country = get_account(session, wanted.account_id).country
    saved = show_cards(session, wanted.account_id).data if wanted.account_id else []
    offered = show_offered(session, country, wanted.currency) if country else None
    return PaymentMethodsView(data=saved, next_cursor=None, country=country, offered=offered)
