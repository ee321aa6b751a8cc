"""The sandbox's PayPal, in fair weather at the start of each test."""

import pytest

from tests.sandbox.paypal.calling import PayPal
from tests.sandbox.running import RunningSandbox


@pytest.fixture
def paypal(sandbox_server: RunningSandbox) -> PayPal:
    """Raw calls, held to the contract."""
    return PayPal(sandbox_server)
