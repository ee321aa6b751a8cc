"""What tests with a customer at the sandbox share."""

from collections.abc import Iterator

import pytest

from billing.invariants import violations
from tests.gateways.sandbox_process import Sandbox, running_sandbox
from tests.workers.buyers import Buyer
from tests.workers.gateway_run import Subscriber
from tests.workers.hands import at_work, equip
from tests.workers.owing import Dunned, Owing
from workers.wiring import Work


@pytest.fixture(scope="module")
def module_sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for the tests of a file; each of them has customers of its own."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def module_sandbox(module_sandbox_process: Sandbox) -> Iterator[Sandbox]:
    """It, in fair weather."""
    yield module_sandbox_process
    module_sandbox_process.clear_faults()


@pytest.fixture
def work(database_url: str, broker_url: str, module_sandbox: Sandbox) -> Iterator[Work]:
    """What a worker process has, in this one; the books are in order at the end."""
    with at_work(equip(database_url, broker_url, module_sandbox.address)) as work:
        yield work
        with work.database.transaction() as session:
            assert violations(session) == []


@pytest.fixture
def subscriber(work: Work, module_sandbox: Sandbox) -> Subscriber:
    """A customer whose subscription the sandbox runs, before it begins."""
    return Subscriber(work, module_sandbox)


@pytest.fixture
def owing(work: Work, module_sandbox: Sandbox) -> Owing:
    """Somebody with a card who owes an invoice."""
    return Owing(work, module_sandbox)


@pytest.fixture
def debtor(work: Work, module_sandbox: Sandbox) -> Dunned:
    """A subscriber whose renewal was declined."""
    return Dunned(work, module_sandbox)


@pytest.fixture
def own_work(database_url: str, broker_url: str, own_sandbox: Sandbox) -> Iterator[Work]:
    """Whatever is in its gateway's ledger was done by this test."""
    with at_work(equip(database_url, broker_url, own_sandbox.address)) as work:
        yield work
        with work.database.transaction() as session:
            # one of the stories ends with an event that waits for a person
            assert [each for each in violations(session) if "are parked" not in each] == []


@pytest.fixture
def holder(own_work: Work, own_sandbox: Sandbox) -> Buyer:
    return Buyer(own_work, own_sandbox)
