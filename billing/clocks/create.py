"""Create a test clock."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.tables import TestClock
from billing.clocks.wall import Wall
from database.rows import insert_unless_known


def create_clock(
    session: Session, clock_id: UUID, name: str, frozen_at: datetime, beside: tuple[str, str], wall: Wall
) -> UUID:
    """Write a clock that stands at an instant, to the whole second, and return its id; a repeat writes nothing.

    `beside` is the clock of a gateway that goes along, as (gateway, reference), both empty when there is none.
    """
    frozen_at = frozen_at.replace(microsecond=0)
    clock = {
        "id": clock_id, "name": name, "frozen_at": frozen_at, "target_at": frozen_at,
        "gateway": beside[0], "clock_ref": beside[1], "created_at": wall.at,
    }  # fmt: skip
    insert_unless_known(session, TestClock, clock)
    return clock_id
