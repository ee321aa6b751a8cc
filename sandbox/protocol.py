"""Cutting a connection without an answer, which no HTTP framework offers since nobody else wants it."""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

TRANSPORT = "sandbox.transport"
# after an abort the loop needs a turn or two to tell the server that the peer is gone
TURNS_MAX = 10


class CuttableProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, with the connection's transport laid open to the application."""

    def on_message_begin(self) -> None:
        """httptools calls this at the start of every request."""
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: {"transport": self.transport}}


class CutConnection(Response):
    """The answer that never arrives: the peer sees its connection closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Abort, then wait until the server has noticed, else it would log a missing answer."""
        transport: asyncio.Transport = scope["extensions"][TRANSPORT]["transport"]
        transport.abort()
        for _ in range(TURNS_MAX):
            message = await receive()
            if message["type"] == "http.disconnect":
                return
