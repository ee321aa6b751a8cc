"""Which amounts the gateways take: a least and a greatest charge, and a step, by currency.

Each vendor states its own table; it is written into the database when that is migrated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import lcm

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from billing.catalog.tables import GatewayAmount
from billing.money import AmountRule
from database.rows import insert_rows

NO_RULE = AmountRule()  # where no table says anything we refuse nothing; see also `gateways_without`


@dataclass(frozen=True, slots=True)
class AmountRules:
    """The tables of all gateways, by (gateway, currency)."""

    stated: Mapping[tuple[str, str], AmountRule]

    def of(self, gateway: str | None, currency: str) -> AmountRule:
        """The rule for an upper-case ISO 4217 currency; without a gateway what all of them take."""
        if gateway is not None:
            return self.stated.get((gateway, currency), NO_RULE)
        rules = [rule for (_, of_currency), rule in self.stated.items() if of_currency == currency] or [NO_RULE]
        return AmountRule(
            step=lcm(*(rule.step for rule in rules)),
            least=max(rule.least for rule in rules),
            greatest=min(rule.greatest for rule in rules),
        )


def load_amount_rules(session: Session, currency: str | None = None) -> AmountRules:
    """What the gateways have stated, of one currency or of all."""
    columns = (GatewayAmount.step_minor, GatewayAmount.least_minor, GatewayAmount.greatest_minor)
    found = select(GatewayAmount.gateway, GatewayAmount.currency, *columns)
    rows = session.execute(found if currency is None else found.where(GatewayAmount.currency == currency))
    return AmountRules(
        {
            (gateway, of_currency): AmountRule(step=step, least=least, greatest=greatest)
            for gateway, of_currency, step, least, greatest in rows
        }
    )


def gateways_without(session: Session, currency: str | None) -> frozenset[str]:
    """The gateways that have stated what they take, and take nothing in this currency; None: they take some."""
    if currency is None:
        return frozenset()
    without = func.bool_and(GatewayAmount.currency != currency)
    return frozenset(session.scalars(select(GatewayAmount.gateway).group_by(GatewayAmount.gateway).having(without)))


def step_of(currency: InstrumentedAttribute[str]) -> ColumnElement[int]:
    """In a query: what amounts of a currency are multiples of, so that every gateway takes them, in minor units.

    The steps of vendors are powers of ten: of two of them the greater is a multiple of the other.
    """
    stated = select(func.max(GatewayAmount.step_minor)).where(GatewayAmount.currency == currency)
    return func.coalesce(stated.scalar_subquery(), 1).label("step")


def declare_amount_rules(session: Session, gateway: str, rules: Mapping[str, AmountRule]) -> None:
    """Write a gateway's table, by currency; what it stated before is forgotten."""
    session.execute(delete(GatewayAmount).where(GatewayAmount.gateway == gateway))
    rows = [
        {
            "gateway": gateway,
            "currency": currency,
            "step_minor": rule.step,
            "least_minor": rule.least,
            "greatest_minor": rule.greatest,
        }
        for currency, rule in rules.items()
    ]
    if rows:
        insert_rows(session, GatewayAmount, *rows)
