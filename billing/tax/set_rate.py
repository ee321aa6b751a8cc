"""Set a rate of tax from a day on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.tax.queries import list_rates
from billing.tax.tables import TaxRate
from database.ids import uuid7


@dataclass(frozen=True, slots=True)
class NewRate:
    """A country's tax from a UTC day on: 190_000 parts per million are 19 %; 0 ends a tax."""

    country: str
    name: str
    rate_ppm: int
    valid_from: date


def set_rate(session: Session, new: NewRate, last_taxed_day: date | None) -> bool:
    """Write the rate; false when it stands there already. The one before it ends where it begins.

    It counts until the next one that is known. `last_taxed_day` is the last day by whose rate an invoice of the country
    was issued: Rejected `tax_contradicts_invoices` for a rate that would have counted on it, or before.
    """
    # two at once would both see the same rate before theirs; readers are not held up
    session.execute(text("LOCK TABLE tax_rates IN SHARE ROW EXCLUSIVE MODE"))
    rates = list_rates(session, new.country)
    standing = next((rate for rate in rates if rate.valid_from == new.valid_from), None)
    if standing is not None and (standing.name, standing.rate_ppm) == (new.name, new.rate_ppm):
        return False
    if last_taxed_day is not None and new.valid_from <= last_taxed_day:
        detail = f"Invoices of {new.country} up to {last_taxed_day} were taxed otherwise; set it from a later day on."
        raise Rejected("tax_contradicts_invoices", detail, status=409)
    if standing is not None:
        standing.name, standing.rate_ppm = new.name, new.rate_ppm
    else:
        _insert_between(session, rates, new)
    session.flush()
    return True


def _insert_between(session: Session, rates: Sequence[TaxRate], new: NewRate) -> None:
    for rate in rates:
        if rate.valid_from < new.valid_from and (rate.valid_until is None or rate.valid_until > new.valid_from):
            rate.valid_until = new.valid_from
    next_day = next((rate.valid_from for rate in rates if rate.valid_from > new.valid_from), None)
    session.add(
        TaxRate(
            id=uuid7(),
            country=new.country,
            name=new.name,
            rate_ppm=new.rate_ppm,
            valid_from=new.valid_from,
            valid_until=next_day,
        )
    )
