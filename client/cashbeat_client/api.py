"""The API's clients, one that blocks and one that is awaited. They need httpx: `pip install cashbeat-client[api]`."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Any, Generic, NotRequired, TypedDict, TypeVar

import httpx

from cashbeat_client import conversation
from cashbeat_client.call import Call, File, List, Query, Say
from cashbeat_client.conversation import Answer, Patience, Sent, Steps

Shape = TypeVar("Shape")
# longer than the API lets anybody wait
TIMEOUT_SECONDS = 40.0
PAGE_SIZE = 100


class Operation(TypedDict, Generic[Shape]):
    """A command and how it went; `result` is there once it `succeeded`. What makes a `key` shows it the first time."""

    id: str
    kind: str
    status: str
    result: Shape | None
    problem: dict[str, Any] | None
    key: NotRequired[str | None]


class Cashbeat:
    """Calls the API at an address, with a server API key, and waits for each answer. One for all threads."""

    def __init__(self, address: str, key: str, patience: Patience | None = None) -> None:
        self._http = httpx.Client(**_options(address, key))
        self._patience = patience or Patience()

    def ask(self, query: Query[Shape]) -> Shape:
        """What a read shows. Raises Refused and Unreachable, as all of these."""
        return self._run(conversation.ask(query, self._patience))  # type: ignore[no-any-return]

    def each(self, listed: List[Shape]) -> Iterator[Shape]:
        """Everything of a list, page after page."""
        page: Call[Any] | None = listed
        while page is not None:
            shown = self._run(conversation.ask(page, self._patience))
            yield from shown["data"]
            page = _next(page, shown)

    def say(self, command: Say[Shape], key: str | None = None) -> Shape:
        """The result of a command once it is done. The same key, however often, is the same command.

        Raises NotFinished when that takes longer than the patience: it is done nevertheless.
        """
        return self._run(conversation.say(command, key, self._patience))  # type: ignore[no-any-return]

    def hand_over(self, command: Say[Shape], key: str | None = None, wait_seconds: float = 0) -> Operation[Shape]:
        """The operation, stored durably: nobody waits for its outcome longer than so many seconds, 30 at most."""
        steps = conversation.hand_over(command, key, wait_seconds, self._patience)
        return self._run(steps)  # type: ignore[no-any-return]

    def fetch(self, file: File) -> bytes:
        """The bytes of a file."""
        return self._run(conversation.fetch(file, self._patience))  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> "Cashbeat":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()

    def _run(self, steps: Steps) -> Any:
        answer: Answer | None = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                return end.value
            if isinstance(step, Sent):
                answer = self._send(step)
            else:
                time.sleep(step)
                answer = None

    def _send(self, sent: Sent) -> Answer:
        try:
            return _answer(self._http.send(_request(self._http, sent)))
        except httpx.TransportError as error:
            return _nothing(error)


class AsyncCashbeat:
    """The same for programs that await."""

    def __init__(self, address: str, key: str, patience: Patience | None = None) -> None:
        self._http = httpx.AsyncClient(**_options(address, key))
        self._patience = patience or Patience()

    async def ask(self, query: Query[Shape]) -> Shape:
        """What a read shows. Raises Refused and Unreachable, as all of these."""
        return await self._run(conversation.ask(query, self._patience))  # type: ignore[no-any-return]

    async def each(self, listed: List[Shape]) -> AsyncIterator[Shape]:
        """Everything of a list, page after page."""
        page: Call[Any] | None = listed
        while page is not None:
            shown = await self._run(conversation.ask(page, self._patience))
            for item in shown["data"]:
                yield item
            page = _next(page, shown)

    async def say(self, command: Say[Shape], key: str | None = None) -> Shape:
        """The result of a command once it is done. The same key, however often, is the same command.

        Raises NotFinished when that takes longer than the patience: it is done nevertheless.
        """
        return await self._run(conversation.say(command, key, self._patience))  # type: ignore[no-any-return]

    async def hand_over(self, command: Say[Shape], key: str | None = None, wait_seconds: float = 0) -> Operation[Shape]:
        """The operation, stored durably: nobody waits for its outcome longer than so many seconds, 30 at most."""
        steps = conversation.hand_over(command, key, wait_seconds, self._patience)
        return await self._run(steps)  # type: ignore[no-any-return]

    async def fetch(self, file: File) -> bytes:
        """The bytes of a file."""
        return await self._run(conversation.fetch(file, self._patience))  # type: ignore[no-any-return]

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> "AsyncCashbeat":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        await self.close()

    async def _run(self, steps: Steps) -> Any:
        answer: Answer | None = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                return end.value
            if isinstance(step, Sent):
                answer = await self._send(step)
            else:
                await asyncio.sleep(step)
                answer = None

    async def _send(self, sent: Sent) -> Answer:
        try:
            return _answer(await self._http.send(_request(self._http, sent)))
        except httpx.TransportError as error:
            return _nothing(error)


def _options(address: str, key: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}"}
    return {"base_url": address.rstrip("/"), "headers": headers, "timeout": TIMEOUT_SECONDS}


def _request(http: httpx.Client | httpx.AsyncClient, sent: Sent) -> httpx.Request:
    return http.build_request(
        sent.method, sent.path, params=dict(sent.query), headers=dict(sent.headers), content=sent.content
    )


def _answer(response: httpx.Response) -> Answer:
    return Answer(response.status_code, response.headers, response.content)


def _nothing(error: httpx.TransportError) -> Answer:
    return Answer(0, {}, (str(error) or type(error).__name__).encode())


def _next(page: Call[Any], shown: dict[str, Any]) -> Call[Any] | None:
    cursor = shown.get("next_cursor")
    return Call(page.method, page.path, {**page.query, "cursor": cursor}) if cursor else None
