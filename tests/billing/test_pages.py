"""Lists are newest first by the instant a row was made, and nobody who follows the cursors misses one."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from billing.clocks.queries import list_clocks
from billing.clocks.tables import TestClock as Clock
from database.engine import Database, make_engine
from database.pages import Cursor, Paging
from schemas.views.clocks import TestClockView as ClockView

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """One transaction that is rolled back."""
    database = Database(make_engine(database_url))
    with Session(database.engine) as opened:
        yield opened
    database.engine.dispose()


def test_ids_that_come_from_keys_do_not_decide(session: Session) -> None:
    """Ids derived from an Idempotency-Key are in no order of time, and smaller or larger than all others."""
    low, high = UUID(int=1), UUID("ffffffff-ffff-5fff-bfff-ffffffffffff")
    middle = UUID("01a200c9-bd39-797e-8f24-39fd3e35fcf8")
    made = [_clock(session, row_id, minutes) for minutes, row_id in enumerate((high, low, middle))]
    assert [view.id for view in list_clocks(session).data] == made[::-1]
    assert [view.id for view in _followed(session, 1)] == made[::-1]


def test_rows_of_one_instant_are_told_apart_by_their_ids(session: Session) -> None:
    made = [_clock(session, uuid4(), 0) for _ in range(7)]
    assert [view.id for view in _followed(session, 2)] == sorted(made, reverse=True)


def test_what_was_there_at_the_beginning_is_seen_once_whatever_comes_meanwhile(session: Session) -> None:
    """New rows, and some that were begun earlier and committed late, at every step of the reader."""
    made = [_clock(session, uuid4(), minutes) for minutes in range(20)]
    seen: list[UUID] = []
    for step, view in enumerate(_followed(session, 3)):
        seen.append(view.id)
        _clock(session, uuid4(), 30 + step)
        _clock(session, uuid4(), 20 - step)
    assert [row_id for row_id in seen if row_id in made] == made[::-1]
    assert len(seen) == len(set(seen))


@given(created_at=INSTANTS, row_id=st.uuids())
def test_a_cursor_keeps_the_place_to_the_microsecond(created_at: datetime, row_id: UUID) -> None:
    cursor = Cursor("created", created_at, row_id)
    assert Cursor.parse(str(cursor)) == cursor


@given(amount=st.integers(-(2**63) + 1, 2**63 - 1), row_id=st.uuids())
def test_a_cursor_keeps_an_amount(amount: int, row_id: UUID) -> None:
    assert Cursor.parse(str(Cursor("amount", amount, row_id))).place == amount


@given(
    text=st.text(max_size=40)
    | st.binary(max_size=60).map(lambda raw: urlsafe_b64encode(raw).decode())
    | st.lists(
        st.sampled_from(["created", "amount", "number"]) | st.integers() | st.text(max_size=80) | st.none(), max_size=4
    ).map(lambda parts: urlsafe_b64encode(json.dumps(parts).encode()).decode())
)
def test_what_is_no_cursor_is_refused_in_one_way(text: str) -> None:
    try:
        Cursor.parse(text)
    except ValueError as error:
        assert str(error) == "must be the next_cursor of a page"  # noqa: PT017 - most texts are refused, some are not


@pytest.mark.parametrize("text", ["", "x", "f" * 32, "A" * 31, str(UUID(int=1)), "ä" * 32])
def test_texts_that_nobody_was_given(text: str) -> None:
    with pytest.raises(ValueError, match="must be the next_cursor of a page"):
        Cursor.parse(text)


def _clock(session: Session, row_id: UUID, minutes: int) -> UUID:
    created_at = NOON + timedelta(minutes=minutes)
    session.add(Clock(id=row_id, name="spring", frozen_at=NOON, target_at=NOON, created_at=created_at))
    session.flush()
    return row_id


def _followed(session: Session, limit: int) -> Iterator[ClockView]:
    after = None
    while True:
        page = list_clocks(session, Paging(after, limit))
        yield from page.data
        if page.next_cursor is None:
            return
        after = Cursor.parse(page.next_cursor)
