"""The supervisor keeps processes alive and leaves none behind."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stack.child import ProcessSpec
from stack.heartbeat_watch import HeartbeatWatch
from stack.leftovers import is_gone
from stack.output import Output
from stack.supervisor import Supervisor
from workers.queues import WorkerGroup

WAIT_SECONDS = 15.0
ROOT = Path(__file__).resolve().parents[2]

# prints the id of a grandchild, as a worker's pool would be, then both live until they are ended
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"])
print("grandchild", child.pid, flush=True)
time.sleep(600)
"""
POLITE = """
import signal, sys, time
def leave(*_):
    print("left politely", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("ready", flush=True)
while True:
    time.sleep(0.05)
"""
# answers on a pipe that nobody reads any more, and takes the failure for something else, as Celery and kombu do
STUBBORN = """
import signal, sys, time
def leave(*_):
    print("leaving", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
while True:
    try:
        time.sleep(600)
    except OSError:
        pass
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


class Scene:
    """A supervisor with its folders and a terminal to read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.terminal = io.StringIO()
        self.output = Output(folder, self.terminal)
        self.supervisor = Supervisor(self.output, folder)

    def spec(self, name: str, program: str, stop_order: int = 0, stop_timeout_seconds: float = 5.0) -> ProcessSpec:
        return ProcessSpec(
            name=name,
            argv=(sys.executable, "-I", "-S", "-c", program),
            directory=self.folder,
            stop_order=stop_order,
            stop_timeout_seconds=stop_timeout_seconds,
        )

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    scene.supervisor.start()
    yield scene
    scene.supervisor.hurry()
    scene.supervisor.stop()
    scene.output.close()


def test_what_dies_is_started_again_and_its_orphans_are_gone(scene: Scene) -> None:
    scene.supervisor.add(scene.spec("worker", PARENT))
    until(lambda: "grandchild" in scene.log("worker"))
    orphan = int(scene.log("worker").split()[1])
    leader = scene.supervisor.pid("worker")

    os.kill(leader, signal.SIGKILL)  # the leader alone: its pool child would live on
    second = scene.supervisor.wait_restarted("worker", leader)

    assert second != leader
    until(lambda: is_gone(orphan))
    assert scene.supervisor.restarts("worker") == 1
    assert "worker ended (killed by signal 9); starting it again in 1 s" in scene.log("supervisor")


def test_who_dies_at_once_waits_longer_each_time(scene: Scene) -> None:
    scene.supervisor.add(scene.spec("broken", "raise SystemExit(3)"))
    until(lambda: "again in 2 s" in scene.log("supervisor"))
    assert "broken ended (exit code 3); starting it again in 1 s" in scene.log("supervisor")


def test_what_a_process_said_last_is_told_with_its_end(scene: Scene) -> None:
    scene.supervisor.add(scene.spec("broken", "raise SystemExit('another one is using the journal')"))
    until(lambda: "broken ended (exit code 1: another one is using the journal)" in scene.log("supervisor"))


def test_stopping_goes_in_order_and_is_polite(scene: Scene) -> None:
    for order, name in enumerate(("door", "hands", "memory")):
        scene.supervisor.add(scene.spec(name, POLITE, stop_order=order))
    until(lambda: all("ready" in scene.log(name) for name in scene.supervisor.names()))

    scene.supervisor.stop()

    left = [line.split("|")[0].strip() for line in scene.terminal.getvalue().splitlines() if "politely" in line]
    assert left == ["door", "hands", "memory"]
    assert all(is_gone(scene.supervisor.pid(name)) for name in scene.supervisor.names())
    assert list(scene.folder.glob("*.pid")) == []


def test_the_deaf_are_killed_after_their_time(scene: Scene) -> None:
    scene.supervisor.add(scene.spec("deaf", DEAF, stop_timeout_seconds=0.3))
    until(lambda: "ready" in scene.log("deaf"))
    scene.supervisor.stop()
    assert is_gone(scene.supervisor.pid("deaf"))


def test_a_second_interrupt_does_not_wait(scene: Scene) -> None:
    scene.supervisor.add(scene.spec("deaf", DEAF, stop_timeout_seconds=600))
    until(lambda: "ready" in scene.log("deaf"))
    began = time.monotonic()
    scene.supervisor.hurry()
    scene.supervisor.stop()
    assert time.monotonic() - began < WAIT_SECONDS
    assert is_gone(scene.supervisor.pid("deaf"))


def test_a_worker_without_heartbeat_is_started_afresh(scene: Scene) -> None:
    groups = (WorkerGroup("stuck", ("invoices", "receipts"), 1), WorkerGroup("busy", ("emails",), 1))
    for group in groups:
        scene.supervisor.add(scene.spec(group.name, POLITE))
    stuck, busy = (scene.supervisor.pid(group.name) for group in groups)
    ages = {"invoices": 1.0, "receipts": 500.0, "emails": 119.0}
    watch = HeartbeatWatch(scene.supervisor, groups, lambda: ages, scene.output, period_seconds=0.05, grace_seconds=0.2)
    watch.start()
    try:
        until(lambda: "stuck has had no heartbeat for 500 s" in scene.log("supervisor"))
        scene.supervisor.wait_restarted("stuck", stuck)
    finally:
        watch.stop()
    assert scene.supervisor.pid("busy") == busy


def test_the_last_words_of_a_process_open_no_log_that_was_closed(scene: Scene) -> None:
    scene.output.write("late", b"first")
    scene.output.close()
    scene.output.write("late", b"last")
    scene.output.write("later", b"only")
    assert (scene.log("late"), scene.log("later")) == ("first\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
@pytest.mark.parametrize("life", ["import time; time.sleep(600)", STUBBORN])
def test_children_do_not_outlive_a_killed_supervisor(tmp_path: Path, life: str) -> None:
    program = f"""
import io, sys, time
from pathlib import Path
from stack.child import ProcessSpec
from stack.leftovers import is_gone
from stack.output import Output
from stack.supervisor import Supervisor
folder = Path({str(tmp_path)!r})
supervisor = Supervisor(Output(folder, None), folder)
supervisor.start()
child = supervisor.add(ProcessSpec("sleeper", (sys.executable, "-c", {life!r}), folder))
print(child.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT) as doomed:
        assert doomed.stdout is not None
        sleeper = int(doomed.stdout.readline())
        assert not is_gone(sleeper)
        doomed.kill()
    until(lambda: is_gone(sleeper))
