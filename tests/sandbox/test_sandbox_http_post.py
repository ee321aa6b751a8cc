"""The sender of webhooks against receivers of every kind."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from sandbox.http_post import Poster

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Story = Callable[[Poster, str], Awaitable[object]]


def told(answers: list[bytes], story: Story) -> tuple[object, int]:
    """Run a story against a server that gives these answers in turn, hanging up after an empty one; its result and
    the number of connections it took."""
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while answers and (head := await reader.readuntil(b"\r\n\r\n")):
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.partition(b":")[2]))
            answer = answers.pop(0)
            writer.write(answer)
            if not answer or b"Connection: close" in answer:
                break
        writer.close()

    async def run() -> object:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        poster = Poster()
        try:
            return await story(poster, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?a=b")
        finally:
            poster.close()
            server.close()

    return asyncio.run(run()), connections


async def post(poster: Poster, url: str) -> int:
    return await poster.post(url, {"X": "y"}, b"{}", timeout_seconds=1.5)


async def post_twice(poster: Poster, url: str) -> list[int]:
    return [await post(poster, url), await post(poster, url)]


def test_a_connection_is_kept_for_the_next_post() -> None:
    assert told([OK, OK], post_twice) == ([200, 200], 1)


def test_a_connection_that_the_receiver_closes_is_not_used_again() -> None:
    closing = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
    assert told([closing, OK], post_twice) == ([204, 200], 2)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", 503),
        (b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", 302),
        (b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nuntil the end", 200),
    ],
)
def test_all_ways_to_end_an_answer_are_understood(answer: bytes, status: int) -> None:
    assert told([answer], post)[0] == status


@pytest.mark.parametrize("answer", [b"", b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n"])
def test_no_whole_answer_is_an_error_within_the_time_limit(answer: bytes) -> None:
    with pytest.raises(OSError, match=r".*"):
        told([answer], post)


@pytest.mark.parametrize("url", ["", "http://", "http://no such host/"])
def test_no_address_is_an_error(url: str) -> None:
    with pytest.raises((OSError, ValueError)):
        asyncio.run(post(Poster(), url))
