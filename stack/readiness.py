"""Waits until the doors of a fresh stack are open."""

import socket
import time
from collections.abc import Mapping

from stack.errors import StackError
from stack.supervisor import Supervisor

READY_WAIT_SECONDS = 180.0  # importing everything on two busy cores takes a fraction of it
RESTARTS_MAX = 3  # who died so often while starting will not come up by waiting
POLL_SECONDS = 0.1

# a host that this machine reaches, and a port
Door = tuple[str, int]


def wait_open(supervisor: Supervisor, doors: Mapping[str, Door]) -> None:
    """Wait until each named process listens at its door. Raises StackError, naming its log, when one does not."""
    deadline = time.monotonic() + READY_WAIT_SECONDS
    for name, door in doors.items():
        while not is_open(door):
            if time.monotonic() > deadline or supervisor.restarts(name) >= RESTARTS_MAX:
                raise StackError(f"{name} does not start; its log is {name}.log in the logs folder")
            time.sleep(POLL_SECONDS)


def is_open(door: Door) -> bool:
    """Whether somebody accepts connections there."""
    try:
        socket.create_connection(door, timeout=1).close()
    except OSError:
        return False
    return True
