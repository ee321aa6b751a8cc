"""What tests with a customer at the sandbox share."""

from collections.abc import Iterator

import pytest

from billing.invariants import violations
from tests.gateways.sandbox_process import Sandbox, running_sandbox
from tests.workers.gateway_run import Subscriber, wired
from workers.wiring import Work


@pytest.fixture(scope="module")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Iterator[Sandbox]:
    """The sandbox in fair weather."""
    yield sandbox_process
    sandbox_process.clear_faults()


@pytest.fixture
def work(database_url: str, broker_url: str, sandbox: Sandbox) -> Iterator[Work]:
    with wired(database_url, broker_url, sandbox) as work:
        yield work
        with work.database.transaction() as session:
            assert violations(session) == []


@pytest.fixture
def ada(work: Work, sandbox: Sandbox) -> Subscriber:
    return Subscriber(work, sandbox)
