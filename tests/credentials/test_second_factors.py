"""Authenticators of staff: drawn until confirmed, their codes taken once, sealed again like every other secret."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pyotp import TOTP
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from credentials.errors import MasterKeyMissing
from credentials.find_sealed import find_sealed
from credentials.master_keys import MasterKeys
from credentials.queries import list_second_factors
from credentials.rotate import rotate
from credentials.second_factors import (
    Shown,
    draw_second_factor,
    forget_second_factor,
    shown_second_factor,
    use_code,
)
from database.engine import Database, opened
from database.ids import uuid7
from database.staff import StaffMember
from tests.credentials.kept import BOTH, NEW, OLD

STEP_SECONDS = 30
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
STEP = timedelta(seconds=STEP_SECONDS)


@pytest.fixture
def locker(database_url: str) -> Iterator[Database]:
    """Empty books with one of staff in them."""
    with opened(database_url) as database:
        yield database


@pytest.fixture
def robin(locker: Database) -> UUID:
    """Somebody who has just been shown a secret."""
    with locker.transaction() as session:
        member = StaffMember(id=uuid7(), name="Robin", email="robin@cashbeat.example", role="admin")
        session.add(member)
        session.flush()
        draw_second_factor(session, OLD, member.id)
        return member.id


def _shown(locker: Database, robin: UUID, keys: MasterKeys = OLD) -> Shown | None:
    with locker.transaction() as session:
        return shown_second_factor(session, keys, robin, "robin@cashbeat.example", "Engines: & Co")


def _code(locker: Database, robin: UUID, at: datetime) -> str:
    with locker.transaction() as session:
        (row,) = list_second_factors(session)
        sealed = row.secret
    assert sealed
    shown = _shown(locker, robin)
    assert shown is not None
    return TOTP(shown.text).generate_otp(int(at.timestamp()) // STEP_SECONDS)


def _use(locker: Database, robin: UUID, code: str, now: datetime) -> bool:
    with locker.transaction() as session:
        return use_code(session, OLD, robin, code, now)


def test_a_secret_is_drawn_anew_until_a_code_of_it_was_shown(locker: Database, robin: UUID) -> None:
    first = _shown(locker, robin)
    assert first is not None
    assert first.address.startswith("otpauth://totp/")
    with locker.transaction() as session:
        draw_second_factor(session, OLD, robin)
    second = _shown(locker, robin)
    assert second is not None
    assert second.text != first.text
    assert _use(locker, robin, TOTP(second.text).generate_otp(int(NOON.timestamp()) // STEP_SECONDS), NOON)
    with locker.transaction() as session:
        draw_second_factor(session, OLD, robin)
    assert _shown(locker, robin) is None, "nobody sees it again, whoever draws"


@pytest.mark.parametrize(("drift", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step(locker: Database, robin: UUID, drift: int, is_right: bool) -> None:
    code = _code(locker, robin, NOON + drift * STEP)
    assert _use(locker, robin, code, NOON) is is_right


def test_no_code_is_taken_twice_nor_one_from_before_it(locker: Database, robin: UUID) -> None:
    earlier, code, later = (_code(locker, robin, NOON + drift * STEP) for drift in (-1, 0, 1))
    assert _use(locker, robin, code, NOON)
    assert not _use(locker, robin, code, NOON)
    assert not _use(locker, robin, earlier, NOON)
    assert _use(locker, robin, later, NOON)
    assert not _use(locker, UUID(int=7), later, NOON), "nobody has none"


def test_it_is_sealed_again_with_all_others_and_told_where_it_stays_sealed(locker: Database, robin: UUID) -> None:
    before = _shown(locker, robin)
    with locker.transaction() as session:
        assert rotate(session, BOTH) == 1
        assert rotate(session, BOTH) == 0
    assert _shown(locker, robin, NEW) == before
    with pytest.raises(MasterKeyMissing):
        _shown(locker, robin, OLD)
    with locker.transaction() as session:
        (told,) = find_sealed(OLD, [], [], [], list_second_factors(session))
    assert told.startswith(f"the authenticator of {robin} stays sealed")


def test_the_database_takes_none_that_is_not_sealed(locker: Database, robin: UUID) -> None:
    with pytest.raises(IntegrityError, match="secret_is_sealed"), locker.transaction() as session:
        session.execute(text("UPDATE staff_second_factors SET secret = 'JBSWY3DPEHPK3PXP'"))


def test_who_has_lost_it_begins_with_another(locker: Database, robin: UUID) -> None:
    with locker.transaction() as session:
        assert forget_second_factor(session, robin)
        assert not forget_second_factor(session, robin)
        draw_second_factor(session, OLD, robin)
    assert _shown(locker, robin) is not None
