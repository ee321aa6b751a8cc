"""Money and dates as the viewer writes them. The currency is the amount's, its layout the viewer's."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent

from schemas.currencies import exponent

ENGLISH = Locale("en")


@lru_cache(maxsize=64)
def locale_of(tag: str) -> Locale:
    """That of a language tag; English for one that Unicode's CLDR does not know."""
    try:
        return Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return ENGLISH


@lru_cache(maxsize=4096)  # one takes a tenth of a millisecond, and a page has a hundred
def money(minor: int, currency: str, tag: str) -> str:
    """Minor units as the currency's major unit, with as many places as it has."""
    places = exponent(currency)
    amount = Decimal(minor).scaleb(-places)
    return format_currency(amount, currency, locale=locale_of(tag), currency_digits=True)


@lru_cache(maxsize=4096)
def count(number: int, tag: str) -> str:
    """A whole number with its thousands told apart."""
    return format_decimal(number, locale=locale_of(tag))


@lru_cache(maxsize=256)
def percent(ppm: int, tag: str) -> str:
    """Parts per million as percent, without its sign."""
    return format_decimal(Decimal(ppm).scaleb(-4).normalize(), locale=locale_of(tag))


def share(ppm: int, tag: str) -> str:
    """Parts per million as a percentage with one place at most."""
    locale = locale_of(tag)
    return format_percent(Decimal(ppm).scaleb(-6), format=_percent_format(locale), locale=locale)


@lru_cache(maxsize=64)
def _percent_format(locale: Locale) -> str:
    """The locale's own, with one more place."""
    pattern: str = locale.percent_formats[None].pattern
    return pattern.replace("0", "0.#", 1) if "." not in pattern else pattern


def calendar_day(on: date, tag: str) -> str:
    """A day of a calendar, which is the same everywhere."""
    return format_date(on, "medium", locale=locale_of(tag))


def day(at: datetime, zone: str, tag: str) -> str:
    """The day that an instant falls on there."""
    return format_date(at.astimezone(ZoneInfo(zone)), "medium", locale=locale_of(tag))


def instant(at: datetime, zone: str, tag: str) -> str:
    """The same with the time of day."""
    return format_datetime(at.astimezone(ZoneInfo(zone)), "medium", locale=locale_of(tag))
