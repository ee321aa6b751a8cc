"""A product that listens, and a worker's hands."""

from collections.abc import Iterator

import pytest

from tests.endpoints.listener import Listener, listening
from tests.endpoints.product import Product
from tests.workers.hands import at_work, equip_many


@pytest.fixture
def listening_shop(database_url: str, broker_url: str) -> Iterator[Product]:
    """Two accounts, and nobody who listens yet."""
    work = equip_many(database_url, broker_url)
    with at_work(work):
        yield Product(work)
    work.database.engine.dispose()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """One that takes everything."""
    with listening(Listener()) as running:
        yield running


@pytest.fixture
def other_listener() -> Iterator[Listener]:
    """Another one."""
    with listening(Listener()) as running:
        yield running
