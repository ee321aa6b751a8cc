"""Reading a card out of parameters: a test number with its dates, or a `tok_...` name."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.params import Params
from sandbox.stripe.cards import cards, declines
from sandbox.stripe.cards.numbers import Card

YEARS_VALID_DEFAULT = 3
EXPIRES_PATTERN = re.compile(r"([0-9]{1,2}) */ *([0-9]{2}|[0-9]{4})")
# a year far ahead is a typing error to Stripe, too
YEARS_AHEAD_MAX = 50


class ChosenCard(NamedTuple):
    """A test card with the date that was given for it."""

    card: Card
    exp_month: int
    exp_year: int


def undated(card: Card, now: int) -> ChosenCard:
    """A card that nobody gave a date for: it expires in December three years after now (Unix seconds)."""
    return ChosenCard(card, 12, _date(now).year + YEARS_VALID_DEFAULT)


def dated(card: Card, expires: str, now: int) -> ChosenCard:
    """A card with its date as people write it, `4 / 31`; nothing means three years' time.

    Raises the card error for a date that is none, or over.
    """
    if not expires.strip():
        return undated(card, now)
    written = EXPIRES_PATTERN.fullmatch(expires.strip())
    if written is None:
        raise errors.card_error(declines.of_code("invalid_expiry_month").error(), "exp_month")
    month, year = int(written[1]), _four_digits(int(written[2]))
    must_be_ahead(month, year, now)
    return ChosenCard(card, month, year)


def chosen(params: Params, now: int) -> ChosenCard:
    """The card of `card[...]`. Raises the card error that Stripe answers for a number, date or code that is wrong."""
    given = params.group("card")
    given.only("cvc", "exp_month", "exp_year", "number", "token")
    token = given.text("token")
    if token is None:
        return _typed_in(given, now)
    given.only("token")
    card = cards.by_token(token)
    if card is None:
        raise errors.no_such("token", token, given.name("token"))
    return undated(card, now)


def new_expiry(params: Params, before: JsonObject, now: int) -> JsonObject:
    """The expiry date after an update with `card[exp_month]` and `card[exp_year]`, either or both."""
    given = params.group("card")
    given.only("exp_month", "exp_year")
    month = given.integer("exp_month", before["exp_month"]) or 0
    year = _four_digits(given.integer("exp_year", before["exp_year"]) or 0)
    if given.fields:
        must_be_ahead(month, year, now)
    return {"exp_month": month, "exp_year": year}


def must_be_ahead(month: int, year: int, now: int) -> None:
    """Refuse an expiry date that is none or over, with the card error of Stripe."""
    today = _date(now)
    if not 1 <= month <= 12:
        raise errors.card_error(declines.of_code("invalid_expiry_month").error(), "exp_month")
    if not today.year <= year <= today.year + YEARS_AHEAD_MAX:
        raise errors.card_error(declines.of_code("invalid_expiry_year").error(), "exp_year")
    if (year, month) < (today.year, today.month):
        raise errors.card_error(declines.of_code("invalid_expiry_month").error(), "exp_month")


def _typed_in(given: Params, now: int) -> ChosenCard:
    number = given.required_text("number")
    month, year = given.required_integer("exp_month"), _four_digits(given.required_integer("exp_year"))
    card = cards.by_number(number)
    if card is None:
        raise errors.card_error(cards.refusal(number).error(), "number")
    must_be_ahead(month, year, now)
    cvc = given.text("cvc")
    if cvc is not None and not (cvc.isascii() and cvc.isdigit() and len(cvc) in (3, 4)):
        raise errors.card_error(declines.of_code("invalid_cvc").error(), "cvc")
    return ChosenCard(card, month, year)


def _four_digits(year: int) -> int:
    return 2000 + year if year < 100 else year


def _date(now: int) -> datetime:
    return datetime.fromtimestamp(now, UTC)
