"""What the gateways' tests share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from gateways.stripe.client import StripeGateway
from tests.gateways.loopback import Script, ScriptedServer
from tests.gateways.sandbox_process import Sandbox, running_sandbox


@pytest.fixture
def scripted() -> Iterator[Callable[[Script], ScriptedServer]]:
    """Starts servers that answer as scripted; all are stopped after the test."""
    with ExitStack() as stack:

        def start(answer: Script) -> ScriptedServer:
            return stack.enter_context(closing(ScriptedServer(answer)))

        yield start


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all gateway tests; each of them makes objects of its own."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Iterator[Sandbox]:
    """The sandbox in fair weather."""
    yield sandbox_process
    sandbox_process.clear_faults()


@pytest.fixture
def stripe(sandbox: Sandbox) -> StripeGateway:
    """Our client, with little patience."""
    return StripeGateway("sk_test_sandbox", sandbox.address, timeout_seconds=(1, 2))
