"""Watches one process at work: which of our functions are entered, what goes out, which transactions open."""

import dis
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, FunctionType

import urllib3
from sqlalchemy import Engine, event

from tools.house.rooms import ROOT, WATCHERS

CALL, BEGIN, STATEMENT = "call", "begin", "statement"
# beneath every HTTP client that is used
SEND = urllib3.HTTPConnectionPool.urlopen
RESUME = dis.opmap["RESUME"]


@dataclass
class Trace:
    """What was seen, in order. `events` are calls to the gateway, transactions and statements."""

    files: list[str] = field(default_factory=list)
    functions: set[str] = field(default_factory=set)
    hops: int = 0
    events: list[str] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """How many events of a kind there were."""
        return self.events.count(kind)

    @property
    def turns_back(self) -> int:
        """Transactions between the first call to the gateway and the last: looks into the books in mid-conversation."""
        calls = [index for index, kind in enumerate(self.events) if kind == CALL]
        return self.events[calls[0] : calls[-1]].count(BEGIN) if calls else 0


_trace: Trace | None = None


def watch_threads() -> None:
    """Before any thread starts: those that live on from one walk to the next are seen in each."""
    threading.setprofile(_profile)


@contextmanager
def traced(engine: Engine) -> Iterator[Trace]:
    """Watch this thread and those that were started since `watch_threads`."""
    global _trace
    trace = _trace = Trace()

    def begin(*_: object) -> None:
        trace.events.append(BEGIN)

    def statement(*_: object) -> None:
        trace.events.append(STATEMENT)

    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", statement)
    sys.setprofile(_profile)
    try:
        yield trace
    finally:
        sys.setprofile(None)
        _trace = None
        event.remove(engine, "begin", begin)
        event.remove(engine, "before_cursor_execute", statement)


def _profile(frame: FrameType, what: str, _argument: object) -> None:
    if what == "call" and _trace is not None:
        _note(_trace, frame)


def _note(trace: Trace, frame: FrameType) -> None:
    code = frame.f_code
    if isinstance(SEND, FunctionType) and code is SEND.__code__:
        trace.events.append(CALL)
    place = _place(frame)
    if place is None or not _is_entered(frame):
        return
    if place not in trace.files:
        trace.files.append(place)
    trace.functions.add(f"{place}:{code.co_qualname}")
    if _caller(frame) != place:
        trace.hops += 1


def _place(frame: FrameType) -> str | None:
    """The file of ours that a frame is in, relative to the root."""
    name = frame.f_code.co_filename
    if not name.startswith(str(ROOT)) or not name.endswith(".py") or frame.f_code.co_name == "<module>":
        return None
    path = Path(name).relative_to(ROOT)
    return None if path.parts[0] in (*WATCHERS, ".venv") else str(path)


def _is_entered(frame: FrameType) -> bool:
    """Whether a function begins here: a generator that goes on is no new step of the walk."""
    at, code = max(frame.f_lasti, 0), frame.f_code.co_code
    return code[at] != RESUME or code[at + 1] == 0


def _caller(frame: FrameType) -> str | None:
    """The file of ours that called, through whatever library lies between."""
    above = frame.f_back
    while above is not None and (place := _place(above)) is None:
        above = above.f_back
    return place if above is not None else None
