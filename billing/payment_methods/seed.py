"""Offer the first ways to pay."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.payment_methods.queries import list_configs
from billing.payment_methods.tables import ManualMethod, PaymentMethodConfig
from database.ids import uuid7

TRANSFER_NAME = "Bank transfer"


class FirstOffer(NamedTuple):
    """A gateway in a country or the rest of the world; one that is not there yet is kept ready, and not offered."""

    country: str
    gateway: str
    display_name: str
    enabled: bool


def seed_methods(session: Session, offers: Sequence[FirstOffer]) -> None:
    """Only as long as nobody has decided anything: what was set, or taken back, stays so.

    Each country is offered its gateways in the given order, and last a transfer, which goes where the seller's own
    payment instructions say until an account is set.
    """
    if list_configs(session):
        return
    rows = [row for country in dict.fromkeys(offer.country for offer in offers) for row in _rows(country, offers)]
    added = insert(PaymentMethodConfig).values(rows)
    session.execute(added.on_conflict_do_nothing(index_elements=["country", "method"]))


def _rows(country: str, offers: Sequence[FirstOffer]) -> list[dict[str, Any]]:
    named = [(offer.gateway, offer.display_name, offer.enabled) for offer in offers if offer.country == country]
    return [
        {
            "id": uuid7(), "country": country, "method": method, "display_name": name, "sort_order": order,
            "enabled": enabled,
        }
        for order, (method, name, enabled) in enumerate([*named, (ManualMethod.BANK_TRANSFER, TRANSFER_NAME, True)], 1)
    ]  # fmt: skip
