"""Reads of what is offered where."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.catalog.amount_rules import gateways_without
from billing.errors import Rejected
from billing.payment_methods.rules import offered_in
from billing.payment_methods.tables import PaymentMethodConfig
from schemas.payment_methods import REST_OF_WORLD


def get_config(session: Session, config_id: UUID) -> PaymentMethodConfig:
    """What was decided about one way to pay somewhere; raises Rejected `offered_method_not_found`."""
    config = session.get(PaymentMethodConfig, config_id)
    if config is None:
        raise Rejected("offered_method_not_found", f"Nothing was decided under the id {config_id}.", status=404)
    return config


def configs_for(session: Session, country: str) -> Sequence[PaymentMethodConfig]:
    """All that may count in a country: its own, and those of the rest of the world."""
    return session.scalars(
        select(PaymentMethodConfig).where(PaymentMethodConfig.country.in_([country, REST_OF_WORLD]))
    ).all()


def list_offered(session: Session, country: str, currency: str | None = None) -> list[PaymentMethodConfig]:
    """What a country is offered, in its order; with a currency, only what takes that."""
    return offered_in(configs_for(session, country), country, currency, gateways_without(session, currency))


def find_offered(session: Session, country: str, method: str, currency: str) -> PaymentMethodConfig | None:
    """A way to pay, with its instructions and its account or wallet, as a country is offered it; None when it is not.

    Also None where nobody has decided anything.
    """
    offered = list_offered(session, country, currency)
    return next((config for config in offered if config.method == method), None)


def list_configs(session: Session) -> Sequence[PaymentMethodConfig]:
    """Everything that was decided, by country and order."""
    order = PaymentMethodConfig.country, PaymentMethodConfig.sort_order, PaymentMethodConfig.method
    return session.scalars(select(PaymentMethodConfig).order_by(*order)).all()
