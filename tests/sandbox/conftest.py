"""One sandbox for all of these tests, in fair weather at the start of each."""

from collections.abc import Iterator

import pytest

from settings import SANDBOX_PAYPAL_WEBHOOK_ID
from tests.sandbox.running import Api, Receiver, RunningSandbox, running_sandbox


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """Started once: it takes a second."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), "--retry-seconds", "0.05", "--seed", "7") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox_server(shared_sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    """The shared sandbox, without faults and without a webhook endpoint."""
    yield shared_sandbox
    shared_sandbox.control("DELETE", "faults")
    shared_sandbox.set(
        webhook_url="",
        api_version="2026-05-27.dahlia",
        webhook_secrets=["whsec_sandbox"],
        resend_webhook_url="",
        paypal_webhook_url="",
        paypal_webhook_id=SANDBOX_PAYPAL_WEBHOOK_ID,
        paypal_enabled_events=["*"],
    )


@pytest.fixture
def api(sandbox_server: RunningSandbox) -> Api:
    """Raw calls, held to the contract."""
    return Api(sandbox_server)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook endpoint of our own."""
    endpoint = Receiver()
    yield endpoint
    endpoint.close()


@pytest.fixture(scope="session")
def billing_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """Another one, for the tests of subscriptions: each has a customer and a clock of its own."""
    with running_sandbox(tmp_path_factory.mktemp("billing"), "--retry-seconds", "0.05", "--seed", "7") as sandbox:
        yield sandbox


@pytest.fixture
def billing(billing_sandbox: RunningSandbox) -> Api:
    """Raw calls to it, held to the contract."""
    return Api(billing_sandbox)
