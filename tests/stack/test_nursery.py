"""Workers are forked by one process that has loaded what they share; each is on its own from then on."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psutil  # type: ignore[import-untyped]  # ships no types
import pytest

from settings import Settings
from stack.child import ChildProcess, ProcessSpec
from stack.forked import Forked, Nursery
from stack.leftovers import is_gone
from stack.processes import open_nursery

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers are started one by one")

ROOT = Path(__file__).resolve().parents[2]
NEWBORN = (sys.executable, "-m", "tests.stack.newborn")
TOLD = {"BROKER_URL": "redis://somewhere/3", "CASHBEAT_HOME": "/nowhere"}
WAIT_SECONDS = 15.0


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = open_nursery()
    assert nursery is not None
    assert nursery.wait_ready()
    yield nursery
    nursery.close()


def fork(nursery: Nursery, *arguments: str) -> Forked:
    return nursery.fork((*NEWBORN, *arguments), ROOT, TOLD, signal.SIGKILL)


def said_by(forked: Forked) -> IO[bytes]:
    assert forked.stdout is not None
    return forked.stdout


def test_whoever_is_forked_is_told_what_is_its_own(nursery: Nursery) -> None:
    forked = fork(nursery, "7")
    with said_by(forked) as said:
        assert said.read().decode() == f"7 {sorted(TOLD)} redis://somewhere/3 True\n"
    assert forked.wait(WAIT_SECONDS) == forked.poll() == 7


def test_nobody_reads_from_outside_what_another_was_told(nursery: Nursery) -> None:
    forked = fork(nursery, "waits")
    with said_by(forked) as said:
        said.readline()
        readable = psutil.Process(forked.pid).environ()
        forked.send_signal(signal.SIGTERM)
    assert {name.lower() for name in readable}.isdisjoint(Settings.model_fields)
    assert forked.wait(WAIT_SECONDS) == -signal.SIGTERM


def test_each_end_is_told_to_whom_it_concerns(nursery: Nursery) -> None:
    first, second = fork(nursery, "waits"), fork(nursery, "waits")
    with said_by(first), said_by(second):
        assert (first.poll(), second.poll()) == (None, None)
        with pytest.raises(subprocess.TimeoutExpired):
            first.wait(0.2)
        os.kill(second.pid, signal.SIGKILL)
        assert second.wait(WAIT_SECONDS) == -signal.SIGKILL
        second.send_signal(signal.SIGTERM)  # its number may be a stranger's by now
        assert first.poll() is None
        first.send_signal(signal.SIGKILL)
        assert first.wait(WAIT_SECONDS) == -signal.SIGKILL


def test_without_it_the_forked_end_and_others_are_started_as_ever(tmp_path: Path) -> None:
    nursery = open_nursery()
    assert nursery is not None
    spec = ProcessSpec("newborn", (*NEWBORN, "waits"), ROOT, TOLD, nursery=nursery)
    child = ChildProcess(spec, tmp_path)
    assert nursery.wait_ready()
    first = _start(child)
    left = psutil.Process(first)
    assert left.ppid() != os.getpid()

    nursery.close()
    assert child.wait(WAIT_SECONDS)
    assert child.exit_code == -signal.SIGKILL
    psutil.wait_procs([left], WAIT_SECONDS)
    assert is_gone(first)
    second = _start(child)
    assert psutil.Process(second).ppid() == os.getpid()
    child.kill()
    assert is_gone(second)


def _start(child: ChildProcess) -> int:
    stream = child.start(subprocess.PIPE)
    assert stream is not None
    with stream:
        assert stream.readline().startswith(b"waits ")
    assert child.pid is not None
    return child.pid
