"""What the tests against the running sandbox share."""

import pytest

from gateways.paypal.client import PayPalGateway
from gateways.paypal.connection import Connection
from settings import SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET
from tests.gateways.paypal.paypal_sandbox import MERCHANT_ID, PayPalSandbox
from tests.gateways.sandbox_process import Sandbox


@pytest.fixture
def at_paypal(sandbox: Sandbox) -> PayPalSandbox:
    """PayPal's side of the sandbox, in fair weather."""
    return PayPalSandbox(sandbox)


@pytest.fixture
def paypal_gateway(sandbox: Sandbox) -> PayPalGateway:
    """Our client, with little patience."""
    base = f"{sandbox.address}/paypal"
    credentials = SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET
    return PayPalGateway(Connection(*credentials, base, timeout_seconds=(1, 2)), MERCHANT_ID)
