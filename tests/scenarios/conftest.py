"""A whole Cashbeat, started once for all stories."""

from collections.abc import Iterator

import pytest

from credentials.master_keys import make
from database.engine import Database, make_engine
from settings import Settings
from stack import development_key, master_keys
from stack import home as homes
from stack.running import Stack
from stack.shopper import Shopper
from tests import canaries


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Embedded stores, ingress, workers, beat, Flower and the sandbox, as `cashbeat up` runs them.

    Whatever the stories do, its secrets are to be read nowhere; and it has two master keys, for one of them rolls them.
    """
    with canaries.searched_home("stories") as home:
        keys = f"{make('old')},{make('new')}"
        homes.write_private(homes.prepare(home) / "secrets" / master_keys.FILE, keys)
        with Stack(Settings(cashbeat_home=home, log_format="json")) as running:
            canaries.give(running)
            yield running
            canaries.listen(running)


@pytest.fixture
def shopper(stack: Stack) -> Iterator[Shopper]:
    """A product app with a server key, and its customer's browser; the sandbox has fair weather."""
    key = development_key.ensure(stack.addresses.database_url, stack.home)
    session = canaries.listened(stack)
    customer = Shopper(stack.addresses.ingress_url, stack.addresses.sandbox_url, key, session)
    customer.sandbox("DELETE", "/sandbox/faults")
    yield customer
    customer.close()


@pytest.fixture
def stack_books(stack: Stack) -> Iterator[Database]:
    """The books, to look at."""
    database = Database(make_engine(stack.addresses.database_url))
    yield database
    database.engine.dispose()
