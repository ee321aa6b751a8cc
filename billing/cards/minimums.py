"""The least that a card can be charged, as data. A smaller charge is refused by the gateway, whatever the card.

Stripe's table: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts. It goes by the currency that the
company is paid out in; where that is another one than is charged, Stripe converts and has the last word.
"""

from billing.money import Money

# minor units
MINIMUM_MINOR = {
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1_500, "DKK": 250, "EUR": 50, "GBP": 30,
    "HKD": 400, "HUF": 17_500, "INR": 50, "JPY": 50, "MXN": 1_000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200,
    "RON": 200, "SEK": 300, "SGD": 50, "THB": 1_000, "USD": 50,
}  # fmt: skip
MINIMUM_MINOR_OTHERS = 1  # of these the table says nothing, so we refuse nothing


def least_charge(currency: str) -> Money:
    """The smallest amount that a card can be charged in an upper-case ISO 4217 currency."""
    return Money(MINIMUM_MINOR.get(currency, MINIMUM_MINOR_OTHERS), currency)
