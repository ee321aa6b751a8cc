"""Let remembered work run again, because a person says so."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from database.memories import Memory
from database.memory import hurried, is_put_off, ready_again, waits_for_a_person
from database.operations import Operation

UNSYNCED = {"synchronize_session": False}


def replay_work(session: Session, memories: Sequence[type[Memory]], row_id: UUID) -> str:
    """Give what waits for a person all its attempts again; the sweep rings for it within seconds.

    One that was put off keeps its attempts, and is tried within a minute. Returns the name of the memory in which it
    is; empty where none of these has such a row that waits.
    """
    return next((memory.__tablename__ for memory in memories if _replay(session, memory, row_id)), "")


def _replay(session: Session, memory: type[Memory], row_id: UUID) -> bool:
    # what the caller was told of the failure is no longer so
    again = ready_again() | ({"problem": None} if memory is Operation else {})
    parked = update(memory).where(memory.id == row_id, waits_for_a_person(memory)).values(again)
    put_off = update(memory).where(memory.id == row_id, is_put_off(memory)).values(hurried(memory))
    return any(
        session.scalar(each.returning(memory.id), execution_options=UNSYNCED) is not None for each in (parked, put_off)
    )
