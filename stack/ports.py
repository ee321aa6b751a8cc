"""Finds a TCP port to listen on, on loopback unless a host is named."""

import secrets
import socket
from collections.abc import Callable

from stack.errors import StackError

LOOPBACK = "127.0.0.1"
# Below the range from which kernels take the near ends of outgoing connections: such a connection could sit on a
# server's port at the moment it is restarted.
QUIET_PORTS = range(20_000, 32_000)
TRIES_MAX = 100
# who listens on every interface is reached on loopback, of the same family
REACHED_AT = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - to be recognised, not bound to


def reached_at(host: str) -> str:
    """Where this machine reaches whoever listens on the host."""
    return REACHED_AT.get(host, host)


def free_port(preferred: int) -> int:
    """The preferred port when nobody listens there, else a free one. Zero: any free one."""
    return preferred if preferred and is_free(preferred) else unused_port()


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could bind the port now; connections in TIME_WAIT do not count. Port 0: whether it could any."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError:
        return False
    return True


def unused_port(will_do: Callable[[int], bool] = is_free) -> int:
    """One that nobody listens on. Raises StackError when none is found."""
    for _ in range(TRIES_MAX):
        port = secrets.choice(QUIET_PORTS)
        if will_do(port):
            return port
    raise StackError(f"no free port found between {QUIET_PORTS.start} and {QUIET_PORTS.stop}")


class Claims:
    """Ports that were chosen, from then on until `close`: before a server listens, another stack could choose the same.

    The mark is the UDP port of the same number, which none of our servers uses. The kernel gives it to one process of
    the machine, whoever runs it, and takes it back however that process ends.
    """

    def __init__(self) -> None:
        self._marks: list[socket.socket] = []

    def take(self, port: int, host: str = LOOPBACK) -> bool:
        """Whether a server could bind the port, and nobody else has chosen it; from now on nobody else will."""
        mark = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            mark.bind((LOOPBACK, port))
        except OSError:
            mark.close()
            return False
        self._marks.append(mark)
        return is_free(port, host)

    def close(self) -> None:
        """Let others have them."""
        for mark in self._marks:
            mark.close()
        self._marks.clear()
