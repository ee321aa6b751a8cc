"""Processes that `stack.nursery` forks for us, as if we had started them ourselves."""

import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

# of a request, which follows it
LENGTH_BYTES = 4
READY = b"\n"
READY_WAIT_SECONDS = 180.0  # loading everything on two busy cores takes a fraction of it
ANSWER_WAIT_SECONDS = 30.0  # a fork takes milliseconds, on a machine that is out of breath a few seconds
POLL_SECONDS = 0.1


class Forked:
    """What `subprocess.Popen` is for a process that we have started: `pid`, `stdout` if any, and how it ended."""

    def __init__(self, told: int, stdout: IO[bytes] | None) -> None:
        """`told` tells its number, and later its exit code. Raises OSError where none was forked."""
        self._told = os.fdopen(told, "rb", buffering=0)
        self._lock = threading.Lock()
        self._exit_code: int | None = None
        self.stdout = stdout
        number = self._next(ANSWER_WAIT_SECONDS)
        if not number:
            self._told.close()
            raise OSError("it was not forked")
        self.pid = int(number)

    def poll(self) -> int | None:
        """The exit code, negative for the signal that ended it; none while it runs."""
        return self._look(0)

    def wait(self, timeout: float) -> int:
        """The same, once it has ended. Raises subprocess.TimeoutExpired after so many seconds."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """One that has ended takes no notice."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def _look(self, seconds: float) -> int | None:
        with self._lock:
            if self._exit_code is None and (code := self._next(seconds)) is not None:
                # who forked it has ended without a word, and it ends with that one
                self._exit_code = int(code) if code else -signal.SIGKILL
                self._told.close()
            return self._exit_code

    def _next(self, seconds: float) -> bytes | None:
        """A line; empty when there will be none, None when there was none in time."""
        poll = select.poll()
        poll.register(self._told, select.POLLIN)
        return self._told.readline() if poll.poll(1_000 * seconds) else None


class Nursery:
    """Forks processes for us until it is closed; `argv` is the command that runs `stack.nursery`.

    The calling thread has to outlive it: on Linux it ends with the thread that started it, and all it has forked too.
    """

    def __init__(self, argv: Sequence[str], directory: Path, environment: Mapping[str, str]) -> None:
        self._asked, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - the command is ours
                argv,
                cwd=directory,
                env=dict(environment),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._lock = threading.Lock()
        self._is_ready = False

    @property
    def is_ready(self) -> bool:
        """Whether it has loaded everything, and lives: where it does not, processes have to be started without it."""
        return self._is_ready and self._process.poll() is None

    def wait_ready(self, timeout_seconds: float = READY_WAIT_SECONDS) -> bool:
        """Wait until it has loaded everything; false when it did not."""
        deadline = time.monotonic() + timeout_seconds
        poll = select.poll()
        poll.register(self._asked, select.POLLIN)
        while not self._is_ready and self._process.poll() is None and time.monotonic() < deadline:
            if poll.poll(1_000 * POLL_SECONDS):
                self._is_ready = self._asked.recv(len(READY)) == READY
        return self.is_ready

    def fork(
        self,
        argv: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        parting_signal: signal.Signals,
        output: IO[bytes] | None = None,
    ) -> Forked:
        """Start `python -m module argument...` there, with nothing in its environment but this. Raises OSError.

        Its lines go to the file `output`; without one they are to be read from its `stdout`.
        """
        life = {
            "argv": list(argv),
            "directory": str(directory),
            "environment": dict(environment),
            "parting_signal": int(parting_signal),
        }
        told, tells = os.pipe()
        stdout, lines = _outlet(output)
        try:
            self._ask(json.dumps(life).encode(), [lines, tells])
        except OSError:
            os.close(told)
            _close(stdout)
            raise
        finally:
            os.close(lines)
            os.close(tells)
        try:
            return Forked(told, stdout)
        except OSError:
            # whoever is forked later than anybody waits for would work beside the one that is started instead
            self.close()
            _close(stdout)
            raise

    def close(self) -> None:
        """End it, and whatever it has forked that still runs."""
        self._process.kill()
        self._process.wait()
        self._asked.close()

    def _ask(self, request: bytes, descriptors: list[int]) -> None:
        with self._lock:
            socket.send_fds(self._asked, [len(request).to_bytes(LENGTH_BYTES, "big")], descriptors)
            self._asked.sendall(request)


def _outlet(output: IO[bytes] | None) -> tuple[IO[bytes] | None, int]:
    """What is to be read of a process, if anything is, and where that one writes."""
    if output is not None:
        return None, os.dup(output.fileno())
    said, lines = os.pipe()
    return os.fdopen(said, "rb"), lines


def _close(stdout: IO[bytes] | None) -> None:
    if stdout is not None:
        stdout.close()
