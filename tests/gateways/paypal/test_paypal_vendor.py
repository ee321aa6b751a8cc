"""PayPal, as the registry opens it."""

from typing import Any

import pytest
from pydantic import SecretStr

from billing.errors import Rejected
from gateways.gateway import Capability, Gateway
from gateways.paypal.limits import LIMITS
from gateways.paypal.vendor import open_gateway

VALUES: dict[str, Any] = {
    "client_id": SecretStr("client"),
    "client_secret": SecretStr("secret"),
    "environment": "sandbox",
    "api_base": "",
    "merchant_id": "",
    "calls_per_second": 0,
    "trust_file": None,
    "webhook_verification": "offline",
}
CANNOT = {Capability.TEST_CLOCKS}


def opened(**values: Any) -> Gateway:
    return open_gateway(VALUES | values)


def test_paypal_offers_what_it_can_and_refuses_the_rest() -> None:
    paypal = opened()
    assert {capability for capability in Capability if not paypal.can(capability)} == CANNOT
    with pytest.raises(Rejected, match="gateway_cannot: The gateway 'paypal' cannot keep test clocks"):
        paypal.test_clocks  # noqa: B018 - asking is what is refused


def test_a_setting_says_how_fast_paypal_is_asked() -> None:
    assert opened().limits == LIMITS
    assert opened(calls_per_second=3.0).limits.calls_per_second == 3.0


def test_only_the_live_environment_moves_real_money() -> None:
    assert opened().is_test_mode
    assert not opened(environment="live").is_test_mode
