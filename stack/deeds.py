"""What a person does at the command line is written down where it is done: in the transaction that does it.

The command line says which command was typed (`begin`); whoever opens a transaction to write leaves the entry
(`audited`). So no command has to think of it, and none can forget it.
"""

import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from billing.manual_payments.rules import OPERATOR
from database.audit.changes import watching
from database.audit.tables import ActorKind
from database.audit.write import Actor, Deed, write_down
from stack.printable import printable

UNKNOWN = "unknown"
# what else calls the functions of this room has typed nothing
BY_CODE = "cashbeat"


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as it was typed: its name, by whom, and its arguments by their names."""

    command: str = BY_CODE
    who: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)


_typed: ContextVar[Typed | None] = ContextVar("typed", default=None)


def begin(typed: Typed) -> None:
    """From now on this process does what was typed."""
    _typed.set(typed)


@contextmanager
def audited(opened: Session) -> Iterator[None]:
    """What the block changes, and who typed it, is one entry of the same transaction; one that only looked is none."""
    with watching(opened) as changes:
        yield
        opened.flush()
    typed = _typed.get() or Typed()
    deed = Deed(
        actor=operator_of(typed.who),
        action=typed.command,
        account_id=changes.account_id,
        said=typed.said,
        before=changes.before,
        after=changes.after,
    )
    write_down(opened, [deed])


def operator_of(who: str) -> Actor:
    """Whoever typed: as they said with `--by`, else by the name of their login."""
    name = printable(" ".join(who.split())) or _login()
    return Actor(ActorKind.OPERATOR, OPERATOR + name, name)


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        return UNKNOWN
