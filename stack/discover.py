"""How other commands find the stack that runs in a home."""

import json
from collections.abc import Mapping
from pathlib import Path

from stack import home as homes
from stack.errors import StackError


def _record(home: Path) -> Path:
    return home.absolute() / "run" / "stack.json"


def publish(home: Path, environment: Mapping[str, str]) -> None:
    """Write down how to reach a stack that starts here. It holds passwords: for the owner's eyes only."""
    homes.write_private(_record(home), json.dumps(dict(environment), indent=2))


def withdraw(home: Path) -> None:
    """The stack has stopped."""
    _record(home).unlink(missing_ok=True)


def environment(home: Path) -> dict[str, str]:
    """The environment of the stack that runs in this home: DATABASE_URL, BROKER_URL and so on. Empty when none runs."""
    if not _record(home).exists() or not is_running(home):
        return {}
    found: dict[str, str] = json.loads(_record(home).read_text(encoding="utf-8"))
    return found


def is_running(home: Path) -> bool:
    """Whether a stack holds this home. A record left by one that was killed does not count."""
    if not (home.absolute() / "run" / "lock").exists():
        return False
    try:
        with homes.exclusive(home.absolute()):
            return False
    except StackError:
        return True
