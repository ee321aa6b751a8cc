"""A listening socket per process.

Processes that share one socket take connections as they happen to be idle, and a door that waits for its database looks
idle: under load one process then ends up with nearly all connections. With sockets of their own the kernel deals
connections out evenly, and a process that dies takes only its own queue along.
"""

import asyncio
import errno
import socket
from typing import Any, cast

import uvloop


def is_taken(host: str, port: int) -> bool:
    """Whether somebody listens there already, with SO_REUSEPORT or without: a socket that does not share tells."""
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what a door before left in TIME_WAIT is nobody
        try:
            probe.bind(address)
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


class OwnSocketLoop(uvloop.Loop):
    """uvloop, with SO_REUSEPORT on everything it listens on."""

    async def create_server(self, *arguments: Any, **options: Any) -> asyncio.Server:
        """As in asyncio; other processes may listen on the same port."""
        return cast("asyncio.Server", await super().create_server(*arguments, reuse_port=True, **options))
