"""Authenticators of the company's own people: time-based codes of six digits (RFC 6238), each taken once.

The secret is sealed as every secret of others is, and shown as long as no code of it was: then nobody sees it again.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pyotp import TOTP, random_base32
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from credentials.master_keys import MasterKeys
from credentials.places import place_of_second_factor, second_factor_of
from credentials.sealing import seal
from credentials.tables import StaffSecondFactor

# 160 bits in base32; else what every authenticator takes when nothing is said: SHA-1, six digits, steps of 30 seconds
SECRET_LETTERS = 32
# clocks differ, and typing takes a while: the step before and the one after are taken as well
STEPS_BESIDE = 1


@dataclass(frozen=True, slots=True)
class Shown:
    """A secret that may still be shown: as text to type, and as an address for an authenticator to read."""

    text: str
    address: str


def draw_second_factor(session: Session, keys: MasterKeys, staff_id: UUID) -> None:
    """A new secret for who has none that was confirmed; who has one keeps it. Raises Sealed."""
    sealed = seal(keys, place_of_second_factor(staff_id), random_base32(SECRET_LETTERS))
    drawn = insert(StaffSecondFactor).values(staff_id=staff_id, secret=sealed)
    kept = drawn.on_conflict_do_update(
        index_elements=[StaffSecondFactor.staff_id],
        set_={"secret": drawn.excluded.secret, "drawn_at": func.now(), "last_step": 0},
        where=StaffSecondFactor.confirmed_at.is_(None),
    )
    session.execute(kept)


def shown_second_factor(session: Session, keys: MasterKeys, staff_id: UUID, name: str, issuer: str) -> Shown | None:
    """What an authenticator is to learn; None once it has. Raises Sealed."""
    row = session.get(StaffSecondFactor, staff_id)
    if row is None or row.confirmed_at is not None:
        return None
    text = second_factor_of(keys, row)
    return Shown(text, TOTP(text).provisioning_uri(name=name, issuer_name=issuer))


def has_second_factor(session: Session, staff_id: UUID) -> bool:
    """Whether an authenticator of theirs has shown that it knows its secret."""
    is_it = StaffSecondFactor.staff_id == staff_id, StaffSecondFactor.confirmed_at.is_not(None)
    return session.scalar(select(StaffSecondFactor.staff_id).where(*is_it)) is not None


def use_code(session: Session, keys: MasterKeys, staff_id: UUID, code: str, now: datetime) -> bool:
    """Whether the code is theirs, of about now, and later than any that was taken. It is taken by that. Raises Sealed.

    Of two who send the same code at once one is right.
    """
    row = session.get(StaffSecondFactor, staff_id)
    step = None if row is None else _step_of(TOTP(second_factor_of(keys, row)), code, now)
    if row is None or step is None:
        return False
    is_it = StaffSecondFactor.staff_id == staff_id, StaffSecondFactor.secret == row.secret
    confirmed_at = func.coalesce(StaffSecondFactor.confirmed_at, func.now())
    taken = update(StaffSecondFactor).where(*is_it, StaffSecondFactor.last_step < step)
    values = {"last_step": step, "confirmed_at": confirmed_at}
    answer = taken.values(values).returning(StaffSecondFactor.staff_id)
    return session.scalar(answer, execution_options={"synchronize_session": False}) is not None


def forget_second_factor(session: Session, staff_id: UUID) -> bool:
    """Whether there was one: who has lost their authenticator begins with another."""
    gone = delete(StaffSecondFactor).where(StaffSecondFactor.staff_id == staff_id)
    return session.scalar(gone.returning(StaffSecondFactor.staff_id)) is not None


def _step_of(totp: TOTP, code: str, now: datetime) -> int | None:
    """The step of time that a code is of, among those that count now."""
    try:
        return totp.verify_and_get_timecode(code, for_time=now, valid_window=STEPS_BESIDE)
    except OTPVerificationError:
        return None
