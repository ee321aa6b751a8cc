"""A whole Cashbeat, started once for all stories."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from database.engine import Database, make_engine
from settings import Settings
from stack import development_key
from stack.running import Stack
from stack.shopper import Shopper


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Embedded stores, ingress, workers, beat, Flower and the sandbox, as `cashbeat up` runs them."""
    with (
        tempfile.TemporaryDirectory(prefix="cashbeat-stories-") as home,
        Stack(Settings(cashbeat_home=Path(home), log_format="json")) as running,
    ):
        yield running


@pytest.fixture
def shopper(stack: Stack) -> Iterator[Shopper]:
    """A product app with a server key, and its customer's browser; the sandbox has fair weather."""
    key = development_key.ensure(stack.addresses.database_url, stack.home)
    customer = Shopper(stack.addresses.ingress_url, stack.addresses.sandbox_url, key)
    customer.sandbox("DELETE", "/sandbox/faults")
    yield customer
    customer.close()


@pytest.fixture
def stack_books(stack: Stack) -> Iterator[Database]:
    """The books, to look at."""
    database = Database(make_engine(stack.addresses.database_url))
    yield database
    database.engine.dispose()
