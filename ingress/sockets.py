"""A listening socket per process.

Processes that share one socket take connections as they happen to be idle, and a door that waits for its database looks
idle: under load one process then ends up with nearly all connections. With sockets of their own the kernel deals
connections out evenly, and a process that dies takes only its own queue along.
"""

import asyncio
from typing import Any, cast

import uvloop


class OwnSocketLoop(uvloop.Loop):
    """uvloop, with SO_REUSEPORT on everything it listens on."""

    async def create_server(self, *arguments: Any, **options: Any) -> asyncio.Server:
        """As in asyncio; other processes may listen on the same port."""
        return cast("asyncio.Server", await super().create_server(*arguments, reuse_port=True, **options))
