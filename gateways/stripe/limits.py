"""What Stripe allows, as data."""

from datetime import timedelta

from gateways.ports import Limits
from gateways.stripe.amounts import AMOUNTS
from gateways.stripe.translate import CONCERNS

# What Stripe allows an account per second; in test mode a quarter of it. https://docs.stripe.com/rate-limits
LIVE_CALLS_PER_SECOND = 100.0
TEST_CALLS_PER_SECOND = 25.0

LIMITS = Limits(
    # Stripe forgets a key after 24 hours (https://docs.stripe.com/api/idempotent_requests); an hour for a slow retry
    key_window=timedelta(hours=23),
    calls_per_second=LIVE_CALLS_PER_SECOND,
    concerns=CONCERNS,
    method_name="Card (Stripe)",
    method_ref=r"pm_[A-Za-z0-9_]{1,100}",
    # a 500 is stored under its key and repeated for a day
    same_key_attempts=3,
    amounts=AMOUNTS,
)
