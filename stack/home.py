"""The folder that holds everything Cashbeat keeps on this machine: data, logs, secrets and what runs now."""

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from stack.errors import StackError

FOLDERS = ("run", "logs", "secrets")
SECRET_BYTES = 24
# a command that only looks whether a stack runs holds the lock for a moment
LOCK_TRIES = 3
LOCK_WAIT_SECONDS = 0.05


def prepare(home: Path) -> Path:
    """Make the folder and its parts, closed to other accounts, and return its absolute path.

    Raises StackError when it cannot be written.
    """
    home = home.absolute()
    try:
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
        for name in FOLDERS:
            (home / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StackError(f"cannot write to {home}: {error.strerror}; set CASHBEAT_HOME to a folder of yours") from error
    return home


@contextmanager
def exclusive(home: Path) -> Iterator[None]:
    """Hold the home for one running stack; the kernel frees it however this process ends.

    Raises StackError when another stack holds it.
    """
    with (home / "run" / "lock").open("w") as lock:
        if not any(_try_lock(lock) for _ in range(LOCK_TRIES)):
            raise StackError(f"another Cashbeat is already running in {home}; stop it first")
        yield


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(LOCK_WAIT_SECONDS)
        return False
    return True


def secret(home: Path, name: str) -> str:
    """A random secret of this home: made once, then always the same."""
    path = home / "secrets" / name
    if not path.exists():
        write_private(path, secrets.token_urlsafe(SECRET_BYTES))
    return path.read_text(encoding="utf-8")


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; nobody but its owner can read it, at no moment."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
