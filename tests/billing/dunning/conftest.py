"""Books in which what is dunned is swept by hand."""

import pytest

from tests.billing.dunning.dunned import Dunned
from tests.billing.subscribers import Books


@pytest.fixture
def dunned(books: Books) -> Dunned:
    """Books that are in order at the end of every story, like all."""
    return Dunned(books.database)
