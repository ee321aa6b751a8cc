"""What a role may do with a table, as a value, and the values that many tables share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from database.rights.whose import Whose
from database.role_names import CONSOLE, INGRESS, PORTAL, WORKER

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

    @property
    def may_read(self) -> bool:
        """Whether it may read the table, or columns of it."""
        return self.reads or bool(self.reads_only)

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
    """One table's, for each role; and whose its rows are, wherever the door, the portal or the console has any right.

    The console serves the company's own people, as the door does: where nothing is said of it, it reads what that
    reads.
    """

    worker: Rights
    door: Rights = Rights()
    portal: Rights = Rights()
    whose: Whose | None = None
    console: Rights | None = None

    @property
    def of_pages(self) -> Mapping[str, Rights]:
        """What those may who serve people, each on behalf of somebody: it is they whom policies show rows."""
        console = Rights(self.door.reads, self.door.reads_only) if self.console is None else self.console
        return {INGRESS: self.door, PORTAL: self.portal, CONSOLE: console}

    @property
    def by_role(self) -> Mapping[str, Rights]:
        """All of them."""
        return {**self.of_pages, WORKER: self.worker}

    @property
    def is_shown(self) -> bool:
        """Whether any of those may read it or add to it."""
        return any(rights.may_read or rights.adds for rights in self.of_pages.values())

    def condition(self, table: str) -> str:
        """Under which they see one of the table's rows; empty where they see all of them, or none."""
        return self.whose.seen.format(table=table) if self.whose and self.is_shown else ""

    def condition_to_add(self, table: str) -> str:
        """Under which they add one."""
        if self.whose and self.whose.is_added_to_by_all:
            return "true"
        return self.whose.to_add.format(table=table) if self.whose and self.whose.to_add else self.condition(table)


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
# that a person wants none of it any more
DECIDED = ("discarded_by", "discarded_because")


def changes(*columns: str) -> Rights:
    """Read, added to, and changed in these columns alone."""
    return Rights(reads=True, adds=True, changes=columns)


def shown(worker: Rights, whose: Whose) -> Decision:
    """What customers see: the door and the portal read it, whose rows they are."""
    return Decision(worker, door=READS, portal=READS, whose=whose)
