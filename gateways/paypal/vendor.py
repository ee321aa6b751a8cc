"""PayPal, as the registry opens it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateways.gateway import Gateway
from gateways.paypal.addresses import API
from gateways.paypal.checks import PayPalChecks
from gateways.paypal.client import PayPalGateway
from gateways.paypal.connection import Connection
from gateways.paypal.events import read_envelope
from gateways.paypal.limits import LIMITS
from gateways.paypal.translate import GATEWAY, translate

LIVE = "live"


def open_gateway(values: Mapping[str, Any]) -> Gateway:
    """`client_id` and `client_secret` (each a SecretStr), `environment`, `merchant_id` (empty: not compared).

    `api_base`: empty for PayPal's own of the environment; `calls_per_second`: 0 for what `limits` says.
    """
    client = PayPalGateway(_connection(values), values["merchant_id"])
    return Gateway(
        name=GATEWAY,
        limits=replace(LIMITS, calls_per_second=values["calls_per_second"] or LIMITS.calls_per_second),
        read_envelope=read_envelope,
        translate=translate,
        is_test_mode=values["environment"] != LIVE,
        offers_checkout=client,
        offers_captures=client,
        offers_saved_methods=client,
        offers_charges=client,
        offers_subscriptions=client,
        offers_refunds=client,
        offers_reversals=client,
        offers_marked_payments=client,
        offers_events=client,
        offers_signature_checks=PayPalChecks(values, post=client.post_raw),
        offers_shortcomings=client,
    )


def _connection(values: Mapping[str, Any]) -> Connection:
    secrets = [values[name].get_secret_value() for name in ("client_id", "client_secret")]
    return Connection(secrets[0], secrets[1], values["api_base"] or API[values["environment"]])
