"""The operating system account that PostgreSQL runs under, which must not be root."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError

ACCOUNT_NAME = "cashbeat-postgres"


@dataclass(frozen=True, slots=True)
class Account:
    """User and group id of a process."""

    user_id: int
    group_id: int


def current() -> Account:
    """Whoever runs us."""
    return Account(os.getuid(), os.getgid())


def unprivileged() -> Account:
    """Whoever runs us, or for root a system account without a shell, made on first use.

    Raises StackError when root cannot make one.
    """
    if os.getuid() != 0:
        return current()
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        _create()
        entry = pwd.getpwnam(ACCOUNT_NAME)
    return Account(entry.pw_uid, entry.pw_gid)


def _create() -> None:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT_NAME]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - a constant command
    except (OSError, subprocess.CalledProcessError) as error:
        raise StackError(
            "PostgreSQL does not run as root and useradd could not make an account for it; "
            "start Cashbeat as an ordinary user or set DATABASE_URL"
        ) from error


def open_path_to(folder: Path) -> None:
    """Let every account pass through the parents of a folder, without letting it list them.

    For root only: its home is usually closed, and the account above has to reach the programs and the data in it.
    """
    if os.getuid() != 0:
        return
    for parent in folder.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
