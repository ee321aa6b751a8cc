"""What the tests against the running sandbox share."""

from collections.abc import Iterator

import pytest

from gateways.paypal.client import PayPalGateway
from gateways.paypal.connection import Connection
from settings import SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET, SANDBOX_PAYPAL_MERCHANT_ID
from tests.gateways.paypal.paypal_sandbox import PayPalSandbox
from tests.gateways.sandbox_process import Sandbox, running_sandbox


@pytest.fixture(scope="session")
def paypal_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all of them, and for nobody else: its time is moved by hours and days."""
    with running_sandbox(tmp_path_factory.mktemp("paypal")) as sandbox:
        yield sandbox


@pytest.fixture
def at_paypal(paypal_process: Sandbox) -> Iterator[PayPalSandbox]:
    """PayPal's side of the sandbox, in fair weather."""
    yield PayPalSandbox(paypal_process)
    paypal_process.clear_faults()


@pytest.fixture
def paypal_gateway(paypal_process: Sandbox) -> PayPalGateway:
    """Our client, with little patience."""
    base = f"{paypal_process.address}/paypal"
    credentials = SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET
    return PayPalGateway(Connection(*credentials, base, timeout_seconds=(1, 2)), SANDBOX_PAYPAL_MERCHANT_ID)
