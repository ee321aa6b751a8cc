"""Whatever is done with credits in whatever order: what remains is what the movements say, and never negative."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.clocks.timelines import Timeline
from billing.credits.consume import consume_credits
from billing.credits.expire import expire_credits
from billing.credits.grant import grant_credits
from billing.credits.queries import view_balance
from billing.credits.revoke import revoke_credits
from billing.credits.tables import CreditGrant, CreditMovement, CreditSource, CreditTransaction
from billing.errors import Rejected
from billing.invariants import credits_are_proved
from database.engine import Database
from tests.billing.subscribers import Books
from tests.gateways.fuzzing import fuzzed

START = datetime(2026, 1, 1, tzinfo=UTC)

amounts = st.integers(1, 60)
steps = st.one_of(
    st.tuples(st.just("grant"), amounts, st.one_of(st.none(), st.integers(1, 6)), st.booleans()),
    st.tuples(st.just("consume"), amounts),
    st.tuples(st.just("revoke"), amounts, st.booleans()),
    st.tuples(st.just("expire"), st.integers(1, 3)),
    st.tuples(st.just("wait"), st.integers(1, 3)),
)


@dataclass
class Model:
    """The same credits, kept by plain arithmetic: per grant what is left, until which day, and of a plan or not."""

    day: int = 0
    moved: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CreditMovement, 0))
    grants: list[tuple[int, int | None, bool]] = field(default_factory=list)


@pytest.fixture(scope="module")
def subscribed(postgres_server: object, migrated_template: str) -> Iterator[tuple[Database, UUID, UUID]]:
    """Placeholder that is replaced below."""
    raise NotImplementedError
