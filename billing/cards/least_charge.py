"""The least that a card can be charged. A smaller charge is refused by its gateway, whatever the card.

Each vendor states its own table; it is written into the database when that is migrated.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from billing.cards.tables import LeastCharge
from billing.money import Money
from database.rows import insert_rows

UNKNOWN_MINOR = 1  # of other currencies a table says nothing, so we refuse nothing


@dataclass(frozen=True, slots=True)
class LeastCharges:
    """The tables of all gateways, in minor units by (gateway, currency)."""

    minor: Mapping[tuple[str, str], int]

    def of(self, gateway: str | None, currency: str) -> Money:
        """The smallest amount of an upper-case ISO 4217 currency; without a gateway the most that any of them asks."""
        if gateway is not None:
            return Money(self.minor.get((gateway, currency), UNKNOWN_MINOR), currency)
        asked = [minor for (_, of_currency), minor in self.minor.items() if of_currency == currency]
        return Money(max(asked, default=UNKNOWN_MINOR), currency)


def load_least_charges(session: Session) -> LeastCharges:
    """What the gateways have stated."""
    rows = session.execute(select(LeastCharge.gateway, LeastCharge.currency, LeastCharge.least_minor))
    return LeastCharges({(row.gateway, row.currency): row.least_minor for row in rows})


def declare_least_charges(session: Session, gateway: str, least_minor: Mapping[str, int]) -> None:
    """Write a gateway's table, in minor units by currency; what it stated before is forgotten."""
    session.execute(delete(LeastCharge).where(LeastCharge.gateway == gateway))
    rows = [{"gateway": gateway, "currency": currency, "least_minor": minor} for currency, minor in least_minor.items()]
    if rows:
        insert_rows(session, LeastCharge, *rows)
