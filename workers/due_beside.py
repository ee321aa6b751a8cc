"""What else is due beside the rows that a message names: a worker that is late catches up in fewer, greater sets."""

from collections.abc import Sequence
from functools import cache
from uuid import UUID

from sqlalchemy import Select, select

from database.engine import Database
from database.memory import is_free
from database.operations import Operation

# Of what is due only the first are looked at: others' backlog must not make each look a long one.
LOOKED_AT_MAX = 1_000


def due_beside(database: Database, ids: Sequence[UUID], kinds: frozenset[str], ids_max: int) -> list[UUID]:
    """Other operations of these kinds, so that with those given they are `ids_max` at most; the longest due first.

    A look, no claim. Beside one that is rung for alone there is none, as that may be what killed its worker; and none
    that was tried before, for the same reason.
    """
    if len(ids) < 2 or len(ids) >= ids_max or not kinds:
        return []
    known = set(ids)
    with database.transaction() as session:
        due = session.connection().execute(_due(kinds, ids_max)).scalars()
        found = [row_id for row_id in due if row_id not in known]
    return found[: ids_max - len(ids)]


@cache
def _due(kinds: frozenset[str], most: int) -> Select[UUID]:
    due = select(Operation.id, Operation.kind, Operation.attempts).where(is_free(Operation))
    first = due.order_by(Operation.next_attempt_at).limit(LOOKED_AT_MAX).subquery()
    return select(first.c.id).where(first.c.kind.in_(kinds), first.c.attempts == 0).limit(most)
