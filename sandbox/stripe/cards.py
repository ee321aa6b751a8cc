"""The test cards and what becomes of them (https://docs.stripe.com/testing)."""

from dataclasses import dataclass

from sandbox.json_types import JsonObject

DECLINED = "Your card was declined."


@dataclass(frozen=True, slots=True)
class Card:
    """A test card. An empty `code` means that it can be charged."""

    number: str
    brand: str = "visa"
    code: str = ""
    decline_code: str = ""
    message: str = ""

    @property
    def last4(self) -> str:
        """The digits one may show."""
        return self.number[-4:]


def _declines(number: str, decline_code: str, message: str = DECLINED, code: str = "card_declined") -> Card:
    return Card(number, code=code, decline_code=decline_code, message=message)


CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("4000056655665556"),
        Card("5555555555554444", "mastercard"),
        Card("378282246310005", "amex"),
        _declines("4000000000000002", "generic_decline"),
        _declines("4000000000009995", "insufficient_funds", "Your card has insufficient funds."),
        _declines("4000000000009987", "lost_card"),
        _declines("4000000000009979", "stolen_card"),
        _declines("4000000000000069", "expired_card", "Your card has expired.", "expired_card"),
        _declines("4000000000000127", "incorrect_cvc", "Your card's security code is incorrect.", "incorrect_cvc"),
        _declines(
            "4000000000000119",
            "processing_error",
            "An error occurred while processing your card. Try again in a little bit.",
            "processing_error",
        ),
        _declines("4000000000006975", "card_velocity_exceeded"),
        # this one can be saved with a customer; only charging it fails
        _declines("4000000000000341", "generic_decline"),
    )
}

PAYMENT_METHODS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_visa_chargeDeclinedStolenCard": "4000000000009979",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": "4000000000006975",
    "pm_card_chargeCustomerFail": "4000000000000341",
}


def by_number(number: str) -> Card | None:
    """The card, blanks and dashes in its number disregarded. None: no test card, and real ones are never taken."""
    return CARDS.get(number.replace(" ", "").replace("-", ""))


def by_payment_method(name: str) -> Card | None:
    """The card behind a `pm_card_...` name."""
    number = PAYMENT_METHODS.get(name)
    return CARDS[number] if number else None


def details(card: Card, year: int) -> JsonObject:
    """What payment methods and charges both tell of a card. It expires three years after `year`."""
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "fail" if card.code == "incorrect_cvc" else "pass",
        },
        "country": "US",
        "exp_month": 12,
        "exp_year": year + 3,
        "fingerprint": f"sandbox{card.number[-8:]}",
        "funding": "debit" if card.number == "4000056655665556" else "credit",
        "last4": card.last4,
        "regulated_status": "unregulated",
        "wallet": None,
    }
