"""Refuse a way to pay that the customer's country is not offered."""

from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.catalog.amount_rules import gateways_without
from billing.errors import Rejected
from billing.payment_methods.queries import configs_for
from billing.payment_methods.rules import is_refused


def check_offered(session: Session, account: Account, method: str | None, currency: str | None = None) -> None:
    """Raises Rejected `method_not_offered` where something new would be begun with it; without a currency, in any.

    None stands for a gateway that nobody has chosen yet: one must be offered. What runs already is not asked about: it
    goes on as it was begun. What a gateway does not take nobody is offered.
    """
    unable = gateways_without(session, currency)
    if is_refused(configs_for(session, account.country), account.country, method, currency, unable):
        in_currency = f" in {currency}" if currency else ""
        detail = f"Nobody in {account.country} is offered {method or 'a gateway'}{in_currency}; ask for what is."
        raise Rejected("method_not_offered", detail, status=409)
