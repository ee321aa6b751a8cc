"""Finds a TCP port on loopback to listen on."""

import secrets
import socket

from stack.errors import StackError

LOOPBACK = "127.0.0.1"
# Below the range from which kernels take the near ends of outgoing connections: such a connection could sit on a
# server's port at the moment it is restarted.
QUIET_PORTS = range(20_000, 32_000)
TRIES_MAX = 100


def free_port(preferred: int) -> int:
    """The preferred port when nobody listens there, else a free one. Zero: any free one."""
    return preferred if preferred and is_free(preferred) else unused_port()


def claimed_port(wanted: int, setting: str) -> int:
    """A port that was asked for by name: taken by somebody else, it is an error rather than silently another one."""
    if not is_free(wanted):
        raise StackError(f"port {wanted} ({setting}) is already in use; stop what listens there or set another port")
    return wanted


def is_free(port: int) -> bool:
    """Whether a server could bind the port on loopback now; connections in TIME_WAIT do not count."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def unused_port() -> int:
    """One that nobody listens on. Raises StackError when none is found."""
    for _ in range(TRIES_MAX):
        port = secrets.choice(QUIET_PORTS)
        if is_free(port):
            return port
    raise StackError(f"no free port found on {LOOPBACK} between {QUIET_PORTS.start} and {QUIET_PORTS.stop}")
