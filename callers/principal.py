"""Somebody who calls, as a value. Whoever called, and however it was proved, the door asks this alone."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from database.sight import Sight


class Kind(StrEnum):
    """What calls. `LINK` is whoever has the address of a page, which names one account's paper."""

    KEY = "key"
    USER = "user"
    STAFF = "staff"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who it is, what it may do, and whose.

    `caller` is what operations remember as their caller, so it is the name that idempotency keys belong to; `also_sees`
    are others whose operations it sees. `accounts` are those that it may touch, None stands for every one. It is
    nobody any more from `ends_at` on. `key_id` is the key that it came with, if it was one; `requests_per_minute_max`
    None stands for what everybody may.
    """

    kind: Kind
    id: str
    caller: str
    permissions: frozenset[str]
    accounts: frozenset[UUID] | None = None
    also_sees: tuple[str, ...] = ()
    role: str | None = None
    ends_at: datetime | None = None
    key_id: UUID | None = None
    requests_per_minute_max: int | None = None

    @property
    def sees_operations_of(self) -> tuple[str, ...]:
        """As whose operations it sees: its own, and those of others that are named here."""
        return (self.caller, *self.also_sees)

    @property
    def sight(self) -> Sight:
        """What PostgreSQL shows to a transaction on its behalf, whatever a query asks for."""
        return Sight(self.accounts, self.sees_operations_of, self.permissions)
