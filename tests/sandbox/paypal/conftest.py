"""One sandbox for all of the tests of its PayPal, in fair weather and as it is set up by default for each."""

from collections.abc import Iterator

import pytest

from tests.sandbox.paypal.calling import PayPal
from tests.sandbox.running import RunningSandbox, running_sandbox


@pytest.fixture(scope="session")
def paypal_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """Started once: it takes a second."""
    with running_sandbox(tmp_path_factory.mktemp("paypal"), "--retry-seconds", "0.05", "--seed", "7") as sandbox:
        yield sandbox


@pytest.fixture
def paypal(paypal_sandbox: RunningSandbox) -> Iterator[PayPal]:
    """Raw calls, held to the contract."""
    options = paypal_sandbox.control("GET", "options")
    yield PayPal(paypal_sandbox)
    paypal_sandbox.control("DELETE", "faults")
    paypal_sandbox.set(**options)
