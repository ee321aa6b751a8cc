"""Finds a TCP port on loopback to listen on."""

import secrets
import socket
from collections.abc import Callable

from stack.errors import StackError

LOOPBACK = "127.0.0.1"
# Below the range from which kernels take the near ends of outgoing connections: such a connection could sit on a
# server's port at the moment it is restarted.
QUIET_PORTS = range(20_000, 32_000)
TRIES_MAX = 100


def free_port(preferred: int) -> int:
    """The preferred port when nobody listens there, else a free one. Zero: any free one."""
    return preferred if preferred and is_free(preferred) else unused_port()


def is_free(port: int) -> bool:
    """Whether a server could bind the port on loopback now; connections in TIME_WAIT do not count."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def unused_port(will_do: Callable[[int], bool] = is_free) -> int:
    """One that nobody listens on. Raises StackError when none is found."""
    for _ in range(TRIES_MAX):
        port = secrets.choice(QUIET_PORTS)
        if will_do(port):
            return port
    raise StackError(f"no free port found on {LOOPBACK} between {QUIET_PORTS.start} and {QUIET_PORTS.stop}")


class Claims:
    """Ports that were chosen, from then on until `close`: before a server listens, another stack could choose the same.

    The mark is the UDP port of the same number, which none of our servers uses. The kernel gives it to one process of
    the machine, whoever runs it, and takes it back however that process ends.
    """

    def __init__(self) -> None:
        self._marks: list[socket.socket] = []

    def take(self, port: int) -> bool:
        """Whether a server could bind the port, and nobody else has chosen it; from now on nobody else will."""
        mark = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            mark.bind((LOOPBACK, port))
        except OSError:
            mark.close()
            return False
        self._marks.append(mark)
        return is_free(port)

    def close(self) -> None:
        """Let others have them."""
        for mark in self._marks:
            mark.close()
        self._marks.clear()
