"""The ports of one home: chosen once, kept for the next start, and told of when they are not the usual ones."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from stack import home as homes
from stack.errors import StackError
from stack.ports import LOOPBACK, Claims, unused_port

RECORD = "ports.json"

Say = Callable[[str], None]


class KeptPorts:
    """`say` hears of each port that differs from the usual one, and why."""

    def __init__(self, home: Path, say: Say) -> None:
        self._record = home / RECORD
        self._say = say
        self._kept = ports_of_last_start(home)
        self._claims = Claims()

    def choose(self, name: str, usual: int, *, host: str = LOOPBACK, is_set: bool = False) -> int:
        """The port to listen on; until `close` no other stack chooses it. Raises StackError when one that was set by
        name is taken, rather than silently taking another.

        Where nobody set it, that is the one of the last start, else the usual one, else a free one.
        """
        take = partial(self._claims.take, host=host)
        if is_set:
            if not take(usual):
                raise StackError(
                    f"port {usual} ({name}) is already in use; stop what listens there or set another port"
                )
            return usual
        wanted = self._kept.get(name, usual)
        port = wanted if take(wanted) else unused_port(take)
        if port != wanted:
            self._say(f"port {wanted} is taken; {name} is {port} from now on")
        elif port != usual:
            self._say(f"{name} is {port}, as before")
        self._keep(name, port)
        return port

    def close(self) -> None:
        """Others may choose them from now on."""
        self._claims.close()

    def _keep(self, name: str, port: int) -> None:
        if self._kept.get(name) != port:
            self._kept[name] = port
            homes.write_private(self._record, json.dumps(self._kept, indent=2))


def ports_of_last_start(home: Path) -> dict[str, int]:
    """By name, those that the next start takes where they are free; empty before the first one."""
    try:
        kept: dict[str, int] = json.loads((home / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # the first start, or the machine went down in the middle of the write
        return {}
    return kept
