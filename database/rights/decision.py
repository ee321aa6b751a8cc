"""What a role may do with a table, as a value, and the values that many tables share."""

from collections.abc import Iterator
from dataclasses import dataclass

ALL_COLUMNS = ("*",)


@dataclass(frozen=True, slots=True)
class Rights:
    """What one role may do with one table. `changes` names columns; SELECT ... FOR UPDATE needs at least one.

    Where the whole table is not to be read, `reads_only` names the columns that are.
    """

    reads: bool = False
    reads_only: tuple[str, ...] = ()
    adds: bool = False
    changes: tuple[str, ...] = ()
    removes: bool = False

    def privileges(self) -> Iterator[str]:
        """In PostgreSQL's words, as they stand after GRANT."""
        if self.reads:
            yield "SELECT"
        elif self.reads_only:
            yield f"SELECT ({', '.join(self.reads_only)})"
        if self.adds:
            yield "INSERT"
        if self.changes:
            yield "UPDATE" if self.changes == ALL_COLUMNS else f"UPDATE ({', '.join(self.changes)})"
        if self.removes:
            yield "DELETE"


@dataclass(frozen=True, slots=True)
class Decision:
    """One table's, for each role."""

    worker: Rights
    door: Rights = Rights()
    portal: Rights = Rights()


NOTHING = Rights()
READS = Rights(reads=True)
READS_AND_ADDS = Rights(reads=True, adds=True)
KEEPS = Rights(reads=True, adds=True, changes=ALL_COLUMNS)
KEEPS_AND_REMOVES = Rights(reads=True, adds=True, changes=ALL_COLUMNS, removes=True)

# how far a remembered piece of work has come; what it is about stays as it was written
PROGRESS = (
    "state", "attempts", "first_attempt_at", "next_attempt_at", "hinted_at", "lease_until", "lease_token", "error",
    "finished_at",
)  # fmt: skip


def changes(*columns: str) -> Rights:
    """Read, added to, and changed in these columns alone."""
    return Rights(reads=True, adds=True, changes=columns)


def shown(worker: Rights) -> Decision:
    """What customers see: the door and the portal read it."""
    return Decision(worker, door=READS, portal=READS)
