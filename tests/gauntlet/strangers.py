"""Strangers at the door: thousands of hostile requests, and what has become of the door and of the books."""

import contextlib
import re
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from sqlalchemy import text

from database.engine import Database
from ingress.app import make_door
from ingress.problems import RETRY_AFTER_SECONDS
from settings import Settings
from tests.gauntlet.hostile import FORGED_EVENTS, FORGED_KEY, Target, hostile

STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
ANSWER_SECONDS = 15.0  # longer than the door waits for the rest of a request
STRANGERS = 16
SERVER_ERROR, WEATHER = "500", "503"
FORGED = text("""
    SELECT (SELECT count(*) FROM inbox WHERE event_id ~ :events)
         + (SELECT count(*) FROM operations WHERE idempotency_key LIKE :key || '%')
""")

Address = tuple[str, int]
Show = Callable[[str, int], None]  # what is under way, and how much of it is done


def routes_of(settings: Settings) -> list[str]:
    """Every path of a door with these settings; nothing is opened."""
    return [route.path for route in make_door(settings).router.routes]  # type: ignore[attr-defined] # each has one


def attack(
    address: Address, target: Target, count: int, seed: int, show: Show = lambda *_: None
) -> tuple[Counter[str], list[str]]:
    """Send so many, some at a time; how often each status came, and the requests that were answered with a 5xx.

    A 503 asks to be sent again, and is: it counts when it comes twice.
    """

    def send(number: int) -> tuple[bytes, list[str]]:
        request = hostile(Random(f"{seed}/{number}"), number, target)  # noqa: S311 - repeatable, not secret
        found = exchange(address, request)
        if WEATHER in found:
            # a machine that is too busy for its deadlines says so, and says when to ask again: is it the request?
            time.sleep(RETRY_AFTER_SECONDS)
            found = ["asked again", *exchange(address, request)]
        return request, found

    statuses: Counter[str] = Counter()
    failed = []
    with ThreadPoolExecutor(STRANGERS) as pool:
        for done, (request, found) in enumerate(pool.map(send, range(count)), start=1):
            show("knocking", done)
            statuses.update(found or ["none"])
            if any(status.isdecimal() and status >= SERVER_ERROR for status in found):
                failed.append(f"{found} to {request[:300]!r}")
    return statuses, failed


def exchange(address: Address, request: bytes) -> list[str]:
    """The statuses of all that is answered until the door hangs up."""
    received = b""
    # an error is no wonder: shown out while it was still talking
    with contextlib.suppress(OSError), socket.create_connection(address, timeout=ANSWER_SECONDS) as connection:
        connection.sendall(request)
        while part := connection.recv(65_536):
            received += part
    return [status.decode() for status in STATUS.findall(received)]


def forged_rows(database: Database) -> int:
    """Events that nobody signed, and commands of nobody with a key."""
    with database.transaction() as session:
        return int(session.scalar(FORGED, {"events": f"^({'|'.join(FORGED_EVENTS)})", "key": FORGED_KEY}) or 0)


def peak_mebibytes(process_id: int) -> float:
    """The most that a process has had in memory, as Linux counts it."""
    lines = Path(f"/proc/{process_id}/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024


def with_children(process_id: int) -> Sequence[int]:
    """A process and those that it started."""
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text(encoding="ascii")
    return [process_id, *map(int, children.split())]
