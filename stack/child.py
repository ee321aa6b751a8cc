"""One child process: its specification, its life, and its death with everything it started."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from settings import Settings
from stack import leash, leftovers
from stack.account import Account, current
from stack.forked import Forked, Nursery

KILL_WAIT_SECONDS = 10.0  # a SIGKILLed process goes at once, unless the kernel holds it in a disk wait


def nothing() -> None:
    """For specifications that have nothing to clean before a start."""


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """What to run and how to end it.

    `stop_signals` are tried in turn, `stop_timeout_seconds` is the wait after each; SIGKILL to the whole group follows.
    `clean` runs before every start and removes what an earlier life left behind. `stop_order`: lower stops earlier.
    `environment` is added to ours, from which our settings are taken: what the process is told of them is named here.
    `parting_signal` is what the kernel sends it when we are killed: Celery answers a polite one by a line on a pipe
    that nobody reads any more, fails at that, and lives on.
    """

    name: str
    argv: tuple[str, ...]
    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account = field(default_factory=current)
    stop_signals: tuple[signal.Signals, ...] = (signal.SIGTERM,)
    stop_timeout_seconds: float = 10.0
    parting_signal: signal.Signals = signal.SIGKILL
    stop_order: int = 0
    clean: Callable[[], None] = nothing
    is_chatty: bool = True
    # forks it, if it is ready; `argv` begins with Python and `-m`
    nursery: Nursery | None = None


def leashed(argv: Sequence[str], account: Account, parting_signal: signal.Signals) -> list[str]:
    """The command that runs `argv` as `account` and has the kernel send it `parting_signal` when we die."""
    identity = (os.getpid(), int(parting_signal), account.user_id, account.group_id)
    return [sys.executable, "-I", "-S", leash.__file__, *map(str, identity), *argv]


def inherited() -> dict[str, str]:
    """Whoever takes over one process finds no more secrets than that process needs."""
    return {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}


class ChildProcess:
    """A specification that is running, or was. Each life is a session and process group of its own.

    `run_folder` remembers it on disk, so that a later run can clear it away should this one be killed.
    """

    def __init__(self, spec: ProcessSpec, run_folder: Path) -> None:
        self.spec = spec
        self.record_path = run_folder / f"{spec.name}.pid"
        self._process: subprocess.Popen[bytes] | Forked | None = None
        self._is_buried = False

    @property
    def pid(self) -> int | None:
        """The leader's process id, which is its group's id as well; none before the first start."""
        return self._process.pid if self._process else None

    @property
    def is_alive(self) -> bool:
        """Whether the leader runs; a stopped (SIGSTOP) process counts as alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """The leader's last exit code; negative is the signal that ended it, none while it runs."""
        return self._process.poll() if self._process else None

    def start(self, output: int | IO[bytes] = subprocess.DEVNULL) -> IO[bytes] | None:
        """Start it, output and errors going to `output`; returns the reading end when that is `subprocess.PIPE`.

        The calling thread has to outlive the child: on Linux the child ends with the thread that started it.
        """
        leftovers.clear(self.record_path)
        self.spec.clean()
        process = self._begin(output)
        try:
            leftovers.remember(self.record_path, process.pid)
        except OSError:  # a full disk; what nobody remembers must not run
            leftovers.kill_group(process.pid)
            process.wait(KILL_WAIT_SECONDS)
            raise
        self._process, self._is_buried = process, False
        return process.stdout

    def _begin(self, output: int | IO[bytes]) -> subprocess.Popen[bytes] | Forked:
        spec, environment = self.spec, {**inherited(), **self.spec.environment}
        if spec.nursery is not None and spec.nursery.is_ready and output != subprocess.DEVNULL:
            into = None if isinstance(output, int) else output
            return spec.nursery.fork(spec.argv, spec.directory, environment, spec.parting_signal, into)
        return subprocess.Popen(  # noqa: S603 - specifications are ours
            leashed(spec.argv, spec.account, spec.parting_signal),
            cwd=spec.directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the leader alone; a dead one takes no notice."""
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL for the leader and everything in its group, then forget it."""
        if self._process is None or self._is_buried:
            return
        leftovers.kill_group(self._process.pid)
        self.wait(KILL_WAIT_SECONDS)
        self.record_path.unlink(missing_ok=True)
        self._is_buried = True  # its number may belong to a stranger from now on

    def wait(self, timeout_seconds: float) -> bool:
        """Wait for the leader's end; false when it still runs."""
        if self._process is None:
            return True
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            return False
        return True
