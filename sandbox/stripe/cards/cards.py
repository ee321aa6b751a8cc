"""Looking up test cards, and what objects tell of them."""

from sandbox.json_types import JsonObject
from sandbox.stripe.cards import declines
from sandbox.stripe.cards.declines import Decline
from sandbox.stripe.cards.numbers import CARDS, NOT_IMITATED, PAYMENT_METHODS, TOKENS, Card

LIVE_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of valid test "
    "cards, visit: https://stripe.com/docs/testing.",
)
UNKNOWN_HERE = Decline(
    "card_declined",
    "testmode_decline",
    "This test card of Stripe's stands for something that the sandbox does not imitate.",
)


def by_number(number: str) -> Card | None:
    """The card, blanks and dashes in its number disregarded. None: no test card, and real ones are never taken."""
    return CARDS.get(_digits(number))


def by_payment_method(name: str) -> Card | None:
    """The card behind a `pm_card_...` name."""
    number = PAYMENT_METHODS.get(name)
    return CARDS[number] if number else None


def by_token(name: str) -> Card | None:
    """The card behind a `tok_...` name."""
    number = TOKENS.get(name)
    return CARDS[number] if number else None


def refusal(number: str) -> Decline:
    """Why a number that is no usable test card is refused: mistyped, not imitated, or possibly real."""
    digits = _digits(number)
    if not passes_check_digit(digits):
        return declines.of_code("incorrect_number")
    return UNKNOWN_HERE if digits in NOT_IMITATED else LIVE_CARD


def passes_check_digit(digits: str) -> bool:
    """The check that catches mistyped numbers (ISO/IEC 7812-1, annex B)."""
    if not (digits.isascii() and digits.isdigit()) or not 12 <= len(digits) <= 19:
        return False
    values = [int(digit) for digit in reversed(digits)]
    doubled = [sum(divmod(2 * value, 10)) for value in values[1::2]]
    return (sum(values[0::2]) + sum(doubled)) % 10 == 0


def details(card: Card, exp_month: int, exp_year: int) -> JsonObject:
    """What payment methods and charges both tell of a card."""
    checks = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}
    return {
        "brand": card.brand,
        "checks": {**checks, **card.checks},
        "country": card.country,
        "exp_month": exp_month,
        "exp_year": exp_year,
        "fingerprint": f"sandbox{card.number[-8:]}",
        "funding": card.funding,
        "last4": card.last4,
        "regulated_status": "unregulated",
        "wallet": None,
    }


def _digits(number: str) -> str:
    return number.replace(" ", "").replace("-", "")
