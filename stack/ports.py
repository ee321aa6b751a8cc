"""Finds a TCP port on loopback to listen on."""

import socket

from stack.errors import StackError

LOOPBACK = "127.0.0.1"


def free_port(preferred: int) -> int:
    """The preferred port when nobody listens there, else one that the kernel says is free just now. Zero: any port."""
    return preferred if preferred and is_free(preferred) else _any_port()


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


def _any_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
