"""Reads of the tax rate table."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from billing.tax.tables import TaxRate


def find_rate(session: Session, country: str, day: date) -> tuple[str, int]:
    """(name, parts per million) of the country's rate on a UTC day; ("", 0) where the table has none."""
    valid = select(TaxRate.name, TaxRate.rate_ppm).where(
        TaxRate.country == country,
        TaxRate.valid_from <= day,
        or_(TaxRate.valid_until.is_(None), TaxRate.valid_until > day),
    )
    row = session.execute(valid.order_by(TaxRate.valid_from.desc()).limit(1)).one_or_none()
    return (row.name, row.rate_ppm) if row else ("", 0)
