"""Money, dates and rates as people read them on paper."""

from datetime import date, datetime
from decimal import Decimal

from billing.money import Money, format_major

PERCENT_PLACES = 4  # parts per million are ten-thousandths of a percent

# Not strftime("%B"): the names of months must not depend on the locale of the process.
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def format_money(minor: int, currency: str) -> str:
    """`29.99 USD`, `1,500 JPY`: minor units as the currency's major unit, with its code."""
    return format_major(Money(minor, currency))


def format_amount(minor: int, currency: str) -> str:
    """`29.99`, `1,500`: the same without the code, for columns whose heading names the currency."""
    return format_money(minor, currency).removesuffix(f" {currency}")


def format_date(day: date) -> str:
    """`22 November 2026`: no reader mistakes the day for the month."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_days(first: date, last: date) -> str:
    """`22 November to 21 December 2026`: days in a row, both included; what they share is said once."""
    if first == last:
        return format_date(last)
    if first.year != last.year:
        return f"{format_date(first)} to {format_date(last)}"
    month = "" if first.month == last.month else f" {MONTHS[first.month - 1]}"
    return f"{first.day}{month} to {format_date(last)}"


def format_instant(at: datetime) -> str:
    """`22 November 2026, 09:05 UTC`: for what ends within a day. Takes UTC."""
    return f"{format_date(at.date())}, {at:%H:%M} UTC"


def format_month(day: date) -> str:
    """`November 2026`: the month that a day falls in."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def format_rate(rate_ppm: int) -> str:
    """`19%`, `7.25%`: a rate in parts per million, exact, without trailing zeros."""
    percent = f"{Decimal(rate_ppm).scaleb(-PERCENT_PLACES):f}"
    return f"{percent.rstrip('0').rstrip('.') if '.' in percent else percent}%"


def format_count(count: int) -> str:
    """`2,000`: a whole number with thousands separated."""
    return f"{count:,}"


def format_credits(count: int) -> str:
    """`1 credit`, `2,000 credits`."""
    return f"{format_count(count)} {'credit' if count == 1 else 'credits'}"


def single_line(text: str) -> str:
    """Text without line breaks, so that it cannot pass for further lines of a plain-text document."""
    return " ".join(text.split())
