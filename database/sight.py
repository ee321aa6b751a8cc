"""Whose rows a transaction of the door or the portal may see, beside what its queries ask for.

It is said to PostgreSQL at the beginning of the transaction and forgotten at its end. A transaction that says nothing
sees nothing of anybody.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

# read by the policies of tables; the last word of a name is that of a parameter
LOOK = text("""
    SELECT set_config('cashbeat.accounts', :accounts, true), set_config('cashbeat.callers', :callers, true),
        set_config('cashbeat.permissions', :permissions, true)
""")
EVERY = "*"


@dataclass(frozen=True, slots=True)
class Sight:
    """What belongs to these accounts, the operations of these callers, and what takes one of these permissions.

    None is every one of them.
    """

    accounts: frozenset[UUID] | None = frozenset()
    callers: tuple[str, ...] | None = ()
    permissions: frozenset[str] | None = frozenset()

    def settings(self) -> dict[str, str]:
        """The values of PostgreSQL's settings `cashbeat.…`, by the last word of their names."""
        accounts = None if self.accounts is None else [account.hex for account in self.accounts]
        return {
            "accounts": _listed(accounts),
            "callers": _listed(self.callers),
            "permissions": _listed(self.permissions),
        }


NOTHING = Sight()
EVERYTHING = Sight(accounts=None, callers=None, permissions=None)
# for who waits for operations, and shows them to nobody but their callers
OPERATIONS = Sight(callers=None)


def look(session: Session, sight: Sight) -> None:
    """See so much until the transaction ends; the last one said counts."""
    session.execute(LOOK, sight.settings())


def _listed(words: Collection[str] | None) -> str:
    """An array as PostgreSQL writes it, or the one word that is none."""
    if words is None:
        return EVERY
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return "{" + ",".join(f'"{word}"' for word in quoted) + "}"
