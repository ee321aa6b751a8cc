"""What Stripe allows, as data."""

from datetime import timedelta
from types import MappingProxyType

from gateways.ports import Limits
from gateways.stripe.translate import CONCERNS

# What Stripe allows an account per second; in test mode a quarter of it. https://docs.stripe.com/rate-limits
LIVE_CALLS_PER_SECOND = 100.0
TEST_CALLS_PER_SECOND = 25.0

# The least that a card can be charged, in minor units; a smaller charge is refused, whatever the card. By the currency
# that the company is paid out in: where that is another one than is charged, Stripe converts and has the last word.
# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
LEAST_CHARGE_MINOR = MappingProxyType({
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1_500, "DKK": 250, "EUR": 50, "GBP": 30,
    "HKD": 400, "HUF": 17_500, "INR": 50, "JPY": 50, "MXN": 1_000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200,
    "RON": 200, "SEK": 300, "SGD": 50, "THB": 1_000, "USD": 50,
})  # fmt: skip

LIMITS = Limits(
    # Stripe forgets a key after 24 hours (https://docs.stripe.com/api/idempotent_requests); an hour for a slow retry
    key_window=timedelta(hours=23),
    calls_per_second=LIVE_CALLS_PER_SECOND,
    concerns=CONCERNS,
    method_name="Card (Stripe)",
    method_ref=r"pm_[A-Za-z0-9_]{1,100}",
    # a 500 is stored under its key and repeated for a day
    same_key_attempts=3,
    least_charge_minor=LEAST_CHARGE_MINOR,
)
