"""Keeps processes alive: starts them, restarts what dies, and stops them in order."""

import subprocess
import threading
import time
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from stack import leftovers
from stack.child import ChildProcess, ProcessSpec
from stack.errors import StackError
from stack.output import Output
from stack.stopping import stop_together

POLL_SECONDS = 0.1
BACK_OFF_FIRST_SECONDS = 1.0
BACK_OFF_MAX_SECONDS = 10.0  # whatever is broken, a repaired machine is working again within this time
SETTLED_SECONDS = 60.0  # who lived this long did not die of its start; the next wait is short again
WORDS_LENGTH_MAX = 300
START_WAIT_SECONDS = 30.0  # forking a process on a machine that is out of breath


@dataclass(slots=True)
class _Charge:
    """A process in our care. `born` and `start_at` are monotonic seconds."""

    child: ChildProcess
    born: float = 0.0
    start_at: float = 0.0
    back_off_seconds: float = BACK_OFF_FIRST_SECONDS
    is_running: bool = False
    lives: int = 0
    begun: threading.Event = field(default_factory=threading.Event)


class Supervisor:
    """Runs processes until told to stop. Safe to call from any thread.

    All children are started by one thread of its own, which lives until the last of them has ended: on Linux they end
    with the thread that started them.
    """

    def __init__(self, output: Output, run_folder: Path) -> None:
        self._output = output
        self._run_folder = run_folder
        self._charges: dict[str, _Charge] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._hurry = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor")

    def start(self) -> None:
        """Begin to watch; processes are added afterwards."""
        self._thread.start()

    def add(self, spec: ProcessSpec) -> ChildProcess:
        """Start a process and keep it alive from now on. Returns once it was started the first time."""
        charge = _Charge(ChildProcess(spec, self._run_folder))
        with self._lock:
            self._charges[spec.name] = charge
        if not charge.begun.wait(START_WAIT_SECONDS):
            raise StackError(f"{spec.name} could not be started")
        return charge.child

    def kill(self, name: str) -> int:
        """SIGKILL for a process and its group; it will be restarted. Returns the process id that was killed."""
        pid = self.pid(name)
        if self._charges[name].child.is_alive:  # a dead one's number may belong to a stranger by now
            leftovers.kill_group(pid)
        return pid

    def pid(self, name: str) -> int:
        """Process id of the current life, or of the last one while a restart is due."""
        pid = self._charges[name].child.pid
        if pid is None:
            raise StackError(f"{name} was never started")
        return pid

    def names(self) -> tuple[str, ...]:
        """Everything in our care, in the order it was added."""
        with self._lock:
            return tuple(self._charges)

    def age_seconds(self, name: str) -> float:
        """How long the current life has lasted; zero between two lives."""
        charge = self._charges[name]
        return time.monotonic() - charge.born if charge.is_running else 0.0

    def restarts(self, name: str) -> int:
        """How often it was started again."""
        return max(0, self._charges[name].lives - 1)

    def wait_restarted(self, name: str, killed_pid: int, timeout_seconds: float = 30.0) -> int:
        """Wait for another life than `killed_pid` and return its process id. Raises StackError when none comes."""
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            if self._charges[name].is_running and self.pid(name) != killed_pid:
                return self.pid(name)
            time.sleep(POLL_SECONDS)
        raise StackError(f"{name} was not restarted within {timeout_seconds:.0f} seconds")

    def hurry(self) -> None:
        """Stop waiting for anybody: from now on stopping means killing."""
        self._hurry.set()

    def stop(self) -> None:
        """Stop everything in order and wait for the end. Calling it again is fine."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        try:
            while not self._stopping.wait(POLL_SECONDS):
                with self._lock:
                    charges = list(self._charges.values())
                for charge in charges:
                    self._tend(charge)
        finally:
            self._stop_all()

    def _tend(self, charge: _Charge) -> None:
        if charge.is_running and not charge.child.is_alive:
            self._mourn(charge)
        if not charge.is_running and time.monotonic() >= charge.start_at:
            self._begin(charge)

    def _begin(self, charge: _Charge) -> None:
        spec = charge.child.spec
        try:
            stream = charge.child.start(subprocess.PIPE)
        except OSError as error:  # out of processes or memory: weather, so it is tried again
            self._output.say(f"{spec.name} could not be started: {error}")
            self._delay(charge)
            return
        if stream is not None:
            self._output.follow(spec.name, stream, spec.is_chatty)
        charge.born, charge.is_running = time.monotonic(), True
        charge.lives += 1
        charge.begun.set()

    def _mourn(self, charge: _Charge) -> None:
        name, code = charge.child.spec.name, charge.child.exit_code
        charge.is_running = False
        if time.monotonic() - charge.born >= SETTLED_SECONDS:
            charge.back_off_seconds = BACK_OFF_FIRST_SECONDS
        charge.child.kill()  # pool children and other orphans of its group would go on working beside the next life
        words = self._output.last_words(name)[:WORDS_LENGTH_MAX]
        last = f": {words}" if code and code > 0 and words else ""
        self._output.say(f"{name} ended ({describe(code)}{last}); starting it again in {charge.back_off_seconds:.0f} s")
        self._delay(charge)

    def _delay(self, charge: _Charge) -> None:
        charge.start_at = time.monotonic() + charge.back_off_seconds
        charge.back_off_seconds = min(BACK_OFF_MAX_SECONDS, 2 * charge.back_off_seconds)

    def _stop_all(self) -> None:
        charges = sorted(self._charges.values(), key=lambda charge: charge.child.spec.stop_order)
        for _, together in groupby(charges, key=lambda charge: charge.child.spec.stop_order):
            stop_together([charge.child for charge in together], self._hurry.is_set)


def describe(exit_code: int | None) -> str:
    """An exit code in words: `exit code 1`, `killed by signal 9`."""
    if exit_code is None:
        return "still running"
    return f"killed by signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
