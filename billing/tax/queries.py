"""Reads of the tax rate table."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from billing.tax.decision import TaxDecision, TaxReason
from billing.tax.tables import TaxRate
from schemas.views.price_list import TaxRateView


def decide_tax(session: Session, country: str, day: date) -> TaxDecision:
    """The tax of a buyer's country on a UTC day; none where the table has no rate."""
    return decide_taxes(session, [country], day)[country]


def decide_taxes(session: Session, countries: Collection[str], day: date) -> dict[str, TaxDecision]:
    """The same for several countries at once."""
    valid = select(TaxRate).where(
        TaxRate.country.in_(countries),
        TaxRate.valid_from <= day,
        or_(TaxRate.valid_until.is_(None), TaxRate.valid_until > day),
    )
    # of two that are valid the newer one counts: it is read last
    rates = {rate.country: rate for rate in session.scalars(valid.order_by(TaxRate.valid_from))}
    return {country: _decision(rates.get(country), country, day) for country in countries}


def list_rates(session: Session, country: str | None = None) -> Sequence[TaxRate]:
    """All rates, or those of one country, by country and day."""
    rates = select(TaxRate).order_by(TaxRate.country, TaxRate.valid_from)
    return session.scalars(rates if country is None else rates.where(TaxRate.country == country)).all()


def show_rate(session: Session, country: str, valid_from: date) -> TaxRateView:
    """The rate that begins on this day."""
    wanted = TaxRate.country == country, TaxRate.valid_from == valid_from
    return view_rate(session.scalars(select(TaxRate).where(*wanted)).one())


def view_rate(rate: TaxRate) -> TaxRateView:
    """A rate as the API shows it."""
    return TaxRateView.model_validate(rate, from_attributes=True)


def _decision(rate: TaxRate | None, country: str, day: date) -> TaxDecision:
    evidence = f"{country} {day}"
    if rate is None:
        return TaxDecision("", 0, TaxReason.NO_RATE, evidence)
    return TaxDecision(rate.name, rate.rate_ppm, TaxReason.RATE_OF_COUNTRY, evidence)
