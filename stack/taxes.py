"""The taxes from the command line: a rate per country, from a day on."""

from datetime import date

from billing.errors import Rejected
from billing.gateway_run.set_tax import set_tax as write_tax
from billing.tax.queries import list_rates
from billing.tax.set_rate import NewRate
from billing.tax.tables import TaxRate
from schemas.countries import Country
from schemas.instants import Day
from schemas.names import TaxName
from settings import Settings
from stack.arguments import checked
from stack.errors import StackError
from stack.percent import format_percent, parse_percent
from stack.sessions import reading, session


def set_tax(settings: Settings, country: str, percent: str, name: str, valid_from: str) -> bool:
    """Set a rate from a UTC day on; false when it stood there already. Raises StackError.

    Gateways are told of it for the subscriptions that they run, once a stack runs.
    """
    day: date = checked(Day, valid_from, "--from")
    new = NewRate(
        checked(Country, country, "the country"), checked(TaxName, name, "the name"), parse_percent(percent), day
    )
    try:
        with session(settings) as opened:
            return write_tax(opened, new)
    except Rejected as refusal:
        raise StackError(refusal.detail) from refusal


def describe_taxes(settings: Settings) -> list[str]:
    """One line per rate, by country and day."""
    with reading(settings) as opened:
        return [_describe(rate) for rate in list_rates(opened)]


def _describe(rate: TaxRate) -> str:
    until = f"until {rate.valid_until}" if rate.valid_until else "until further notice"
    return f"{rate.country}  {format_percent(rate.rate_ppm):>9}  from {rate.valid_from} {until}  {rate.name}"
