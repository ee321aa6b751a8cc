"""A log of what was done, for tests to look at and to damage."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Engine, text

from database.audit.chain import Head, chain, read_head
from database.audit.tables import ActorKind
from database.audit.verify import Finding, beside_the_chain, compare, verify
from database.audit.write import Actor, Deed, write_down
from database.engine import Database
from database.ids import uuid7

MO = Actor(ActorKind.STAFF, "staff/mo", "Mo", "finance")


@dataclass
class Log:
    """Who wrote into it, and the owner who may do anything to it."""

    database: Database
    owner: Engine
    account_id: UUID = field(default_factory=uuid7)

    def write(self, count: int = 1, note: str = "she called from 0151 2345") -> None:
        """So many deeds of Mo's, each in a transaction of its own, and not chained yet."""
        for number in range(count):
            said = {"amount": number, "note": note}
            with self.database.transaction() as session:
                write_down(session, [Deed(MO, "adjust_credits", self.account_id, said=said)])

    def chain(self) -> Head:
        """Give each its place."""
        with self.database.transaction() as session:
            chain(session)
        with self.database.transaction() as session:
            return read_head(session)

    def findings(self, first: int = 1, last: int | None = None, heads: Sequence[Head] = ()) -> list[str]:
        """All that is not as it was written."""
        with self.database.transaction() as session:
            found: list[Finding] = []
            for progress in verify(session, first, last):
                found.extend(progress.findings)
            return [str(each) for each in (*found, *compare(session, heads), *beside_the_chain(session))]

    def damage(self, statement: str) -> None:
        """As whoever owns the database can: behind every trigger and constraint."""
        with self.owner.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(statement))
