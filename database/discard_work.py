"""Decide that remembered work is never run again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from database.memories import Memory
from database.memory import discarded_as, waits_for_a_person
from database.operations import DISCARDED_PROBLEM, Operation


def discard_work(session: Session, memories: Sequence[type[Memory]], row_id: UUID, who: str, because: str) -> str:
    """End for good what waits for a person. The row stays, with who decided so and why.

    Returns the name of the memory in which it is; empty where none of these has such a row that waits.
    """
    for memory in memories:
        values: dict[str, Any] = discarded_as(who, because)
        if memory is Operation:
            values["problem"] = DISCARDED_PROBLEM
        waiting = update(memory).where(memory.id == row_id, waits_for_a_person(memory)).values(values)
        if session.scalar(waiting.returning(memory.id), execution_options={"synchronize_session": False}):
            return memory.__tablename__
    return ""
