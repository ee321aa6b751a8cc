"""Whose rows a transaction of the door, the portal or the console may see, beside what its queries ask for.

It is said to PostgreSQL at the beginning of the transaction and forgotten at its end. A transaction that says nothing
sees nothing of anybody.
"""

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from sqlalchemy.orm import Session

# Read by the policies; forgotten when the transaction ends. Sent as it is: through SQLAlchemy it takes twice as long.
LOOK = "SET LOCAL cashbeat.accounts = %s; SET LOCAL cashbeat.callers = %s; SET LOCAL cashbeat.permissions = %s"
EVERY = "*"


@dataclass(frozen=True, slots=True)
class Sight:
    """What belongs to these accounts, the operations of these callers, and what takes one of these permissions.

    None is every one of them.
    """

    accounts: frozenset[UUID] | None = frozenset()
    callers: tuple[str, ...] | None = ()
    permissions: frozenset[str] | None = frozenset()


NOTHING = Sight()
EVERYTHING = Sight(accounts=None, callers=None, permissions=None)
# for who waits for operations, and shows them to nobody but their callers
OPERATIONS = Sight(callers=None)


def look(session: Session, sight: Sight) -> None:
    """See so much until the transaction ends; the last one said counts."""
    with closing(session.connection().connection.cursor()) as cursor:
        cursor.execute(LOOK, settings_of(sight))


@lru_cache(maxsize=64)  # thousands of accounts take a while to write, and whoever has them comes again
def settings_of(sight: Sight) -> tuple[str, str, str]:
    """The values of the settings, in the order of `LOOK`."""
    accounts = None if sight.accounts is None else [account.hex for account in sight.accounts]
    return listed(accounts), listed(sight.callers), listed(sight.permissions)


def listed(words: Collection[str] | None) -> str:
    """An array as PostgreSQL writes it, or the one word that is none."""
    if words is None:
        return EVERY
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return "{" + ",".join(f'"{word}"' for word in quoted) + "}"
