"""Processes of ours that tests start, as a stack starts them: forked by one that has loaded what they share."""

import atexit
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from stack.child import ChildProcess, ProcessSpec
from stack.forked import Nursery
from stack.processes import OF_PYTHON, OF_SANDBOX, ROOT, open_nursery

START_SECONDS_MAX = 60.0
POLL_SECONDS = 0.005


class Started:
    """`python -m module argument...`, which can be ended and started again; its lines are in the file `log`.

    Call it in the test's own thread: on Linux what it starts ends with the thread that started the first.
    """

    def __init__(self, log: Path, argv: tuple[str, ...], environment: Mapping[str, str] | None = None) -> None:
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        told = {**(environment or {}), **OF_PYTHON}
        spec = ProcessSpec(log.stem, (sys.executable, *argv), ROOT, told, nursery=_nursery())
        self.process = ChildProcess(spec, log.parent)
        self.start()

    def start(self) -> None:
        """The log is that of this life alone."""
        with self.log.open("wb") as output:
            self.process.start(output)

    def wait_line(self, beginning: str) -> str:
        """The line that begins so, once it is said. Raises AssertionError with all that was said when it never is."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            is_over = not self.process.is_alive or time.monotonic() > deadline
            said = self.log.read_text(encoding="utf-8")
            for line in said.splitlines(keepends=True):
                if line.startswith(beginning) and line.endswith("\n"):
                    return line
            assert not is_over, said
            time.sleep(POLL_SECONDS)


@cache
def _nursery() -> Nursery | None:
    """The one of this run; none where stacks have none."""
    nursery = open_nursery(OF_SANDBOX)
    if nursery is not None:
        atexit.register(nursery.close)
        nursery.wait_ready()
    return nursery
