"""Set what is offered in a country."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.catalog.amount_rules import gateways_without
from billing.errors import Rejected
from billing.payment_methods.queries import configs_for
from billing.payment_methods.rules import misfit
from billing.payment_methods.tables import PaymentMethodConfig
from database.ids import uuid7


def set_method(
    session: Session, country: str, method: str, changes: Mapping[str, Any], called: str = ""
) -> PaymentMethodConfig:
    """Write what was said of a method in a country or the rest of the world; what was not said stays as it was.

    A new one is offered, behind those that are there, as customers know it (`called`) until it is told another name.
    Raises Rejected `details_misfit`, also for a currency that the gateway does not take.
    """
    # two at once would both find none; readers are not held up
    session.execute(text("LOCK TABLE payment_method_configs IN SHARE ROW EXCLUSIVE MODE"))
    standing = [config for config in configs_for(session, country) if config.country == country]
    config = next((each for each in standing if each.method == method), None)
    if config is None:
        config = _new(country, method, called or method, 1 + max((each.sort_order for each in standing), default=0))
    for name, value in changes.items():
        setattr(config, name, value)
    untaken = [currency for currency in config.currencies if method in gateways_without(session, currency)]
    sentence = f"{method} takes no {', '.join(untaken)}." if untaken else misfit(config)
    if sentence is not None:
        raise Rejected("details_misfit", sentence)
    session.add(config)
    session.flush()
    return config


def _new(country: str, method: str, display_name: str, sort_order: int) -> PaymentMethodConfig:
    nothing = dict.fromkeys(("instructions", "iban", "bic", "account_name", "wallet_kind", "wallet_id"), "")
    return PaymentMethodConfig(
        id=uuid7(),
        country=country,
        method=method,
        display_name=display_name,
        sort_order=sort_order,
        enabled=True,
        currencies=[],
        **nothing,
    )
