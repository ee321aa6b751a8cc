"""Stripe, as the registry opens it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateways.gateway import Gateway
from gateways.stripe.client import StripeGateway
from gateways.stripe.events import read_envelope
from gateways.stripe.limits import LIMITS, TEST_CALLS_PER_SECOND
from gateways.stripe.translate import GATEWAY, translate

TEST_KEY_PREFIXES = ("sk_test_", "rk_test_")


def open_gateway(values: Mapping[str, Any]) -> Gateway:
    """`secret_key` (a SecretStr), `api_base` (empty: Stripe's own), `calls_per_second` (0: what goes with the key)."""
    key, api_base = values["secret_key"].get_secret_value(), values["api_base"]
    client = StripeGateway(key, api_base or None)
    return Gateway(
        name=GATEWAY,
        limits=replace(LIMITS, calls_per_second=values["calls_per_second"] or _calls_per_second(key, api_base)),
        read_envelope=read_envelope,
        translate=translate,
        is_test_mode=not key or key.startswith(TEST_KEY_PREFIXES),
        offers_checkout=client,
        offers_saved_methods=client,
        offers_charges=client,
        offers_subscriptions=client,
        offers_refunds=client,
        offers_reversals=client,
        offers_marked_payments=client,
        offers_events=client,
        offers_test_clocks=client,
        offers_shortcomings=client,
    )


def _calls_per_second(key: str, api_base: str) -> float:
    """A sandbox elsewhere than at Stripe is as fast as a live account."""
    is_slow = key.startswith(TEST_KEY_PREFIXES) and not api_base
    return TEST_CALLS_PER_SECOND if is_slow else LIMITS.calls_per_second
