"""What PayPal allows, as data."""

from datetime import timedelta

from gateways.paypal.amounts import AMOUNTS
from gateways.paypal.translate import CONCERNS
from gateways.ports import Limits

# PayPal publishes no rate: it asks not to poll, to keep tokens, and answers 429 for traffic that it thinks abusive
# (https://developer.paypal.com/api/rest/reference/rate-limiting). A modest pace, which a setting raises.
CALLS_PER_SECOND = 25.0

# The least that PayPal keeps of the keys we use: orders 6 hours, subscriptions 72 hours, captures and refunds 45 days
# (parameter PayPal-Request-Id of each API). A quarter of an hour for a slow retry. So captures and refunds take another
# key before they have to: an order is captured once under whichever, and a refund is looked for before it is asked for.
KEY_WINDOW = timedelta(hours=5, minutes=45)

LIMITS = Limits(
    key_window=KEY_WINDOW,
    # where less is listed, the search for a charge says so, and not that there is none
    charges_listed_after=KEY_WINDOW,
    calls_per_second=CALLS_PER_SECOND,
    concerns=CONCERNS,
    method_name="PayPal",
    method_ref=r"[A-Za-z0-9_-]{1,64}",
    # no failure is kept under its key: a repeat is done anew, or answered with what the first has made
    same_key_attempts=1_000,
    amounts=AMOUNTS,
    changes_at_renewal=True,
    leaves_ends=True,
)
