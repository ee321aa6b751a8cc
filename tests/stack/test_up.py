"""`cashbeat up`: everything runs, what dies comes back, Ctrl-C leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types
import pytest

from settings import READ_BY, Settings
from stack import discover
from stack.leftovers import is_gone
from stack.ports import free_port
from tests.canaries import searched_home
from workers.queues import GROUPS

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90.0
STOP_SECONDS = 60.0


def until(condition: Callable[[], object], timeout_seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


PORTS = ("INGRESS_PORT", "PORTAL_PORT", "CONSOLE_PORT", "FLOWER_PORT", "SANDBOX_PORT")


class Running:
    """One `cashbeat up` in a process of its own."""

    def __init__(self, home: Path, said: Path) -> None:
        self.home = home
        self.ports = {name: free_port(0) for name in PORTS}
        self.environment = {**os.environ, "CASHBEAT_HOME": str(home), **{k: str(v) for k, v in self.ports.items()}}
        self.said = said  # it shows a person the way in, so it is no part of the home
        with self.said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli", "up"], cwd=ROOT, env=self.environment, stdout=output, stderr=output
            )

    def text(self) -> str:
        return self.said.read_text(errors="replace")

    def wait_up(self) -> None:
        until(lambda: "Cashbeat is up" in self.text() or self.process.poll() is not None)
        assert self.process.poll() is None, self.text()

    def record(self, name: str) -> int:
        return int((self.home / "run" / f"{name}.pid").read_text().split()[0])

    def status(self, port: str, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[port]}{path}", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with searched_home("up") as home:
        running = Running(home, tmp_path_factory.mktemp("up") / "said")
        try:
            running.wait_up()
            yield running
        finally:
            running.process.kill()
            running.process.wait()


@pytest.mark.timeout(300)
def test_everything_listens_and_other_commands_find_it(running: Running) -> None:
    assert running.status("INGRESS_PORT", "/healthz") == 200
    assert running.status("PORTAL_PORT", "/healthz") == 200
    assert running.status("CONSOLE_PORT", "/healthz") == 200
    assert running.status("FLOWER_PORT", "/api/workers") == 401, "Flower must ask for a password"
    environment = discover.environment(running.home)
    assert environment["INGRESS_PORT"] == str(running.ports["INGRESS_PORT"])
    assert (running.home / "run" / "stack.json").stat().st_mode & 0o077 == 0
    for name in ("postgres", "valkey", "ingress", "beat", "flower", "sandbox", *(group.name for group in GROUPS)):
        assert not is_gone(running.record(name)), name
    # in a new home nobody finds that what they read at their start is not there yet
    assert not (running.home / "logs" / "supervisor.log").exists(), "it has had nothing to say"


def test_each_process_is_told_its_own_settings_alone(running: Running) -> None:
    for name in ("ingress", "beat", "flower", "sandbox", "postgres", "valkey", *(group.name for group in GROUPS)):
        told = {each.lower() for each in psutil.Process(running.record(name)).environ()} & set(Settings.model_fields)
        assert told <= set(READ_BY.get(name, ())), name


def test_a_second_one_is_refused_in_one_sentence(running: Running) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "cli", "up"],
        cwd=ROOT,
        env=running.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 2
    assert second.stderr == f"cashbeat: another Cashbeat is already running in {running.home}; stop it first\n"


def test_a_killed_worker_comes_back_without_its_orphans(running: Running) -> None:
    leader = running.record("commands")
    until(lambda: psutil.Process(leader).children())
    pool = [child.pid for child in psutil.Process(leader).children(recursive=True)]
    os.kill(leader, signal.SIGKILL)
    until(lambda: _is_reborn(running, "commands", leader))
    assert all(is_gone(child) for child in pool)


def test_killed_stores_come_back_on_their_ports(running: Running) -> None:
    environment = discover.environment(running.home)
    before = {name: running.record(name) for name in ("postgres", "valkey")}
    for leader in before.values():
        os.kill(leader, signal.SIGKILL)
    until(lambda: all(_is_reborn(running, name, leader) for name, leader in before.items()))
    until(lambda: _doctor_is_content(running))
    assert discover.environment(running.home) == environment


def test_ctrl_c_stops_everything(running: Running) -> None:
    everything = [child.pid for child in psutil.Process(running.process.pid).children(recursive=True)]
    assert len(everything) > len(GROUPS)
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(STOP_SECONDS) == 0, running.text()
    assert all(is_gone(process) for process in everything)
    assert discover.environment(running.home) == {}
    assert list((running.home / "run").glob("*.pid")) == []


@pytest.mark.timeout(300)
def test_kill_leaves_no_process(tmp_path: Path) -> None:
    with searched_home("killed") as home:
        running = Running(home, tmp_path / "said")
        running.wait_up()
        everything = [child.pid for child in psutil.Process(running.process.pid).children(recursive=True)]
        assert len(everything) > len(GROUPS)
        running.process.kill()
        running.process.wait()
        until(lambda: all(is_gone(process) for process in everything), STOP_SECONDS)


def _is_reborn(running: Running, name: str, before: int) -> bool:
    record = running.home / "run" / f"{name}.pid"
    # looked at while it is written anew, it is empty
    return record.exists() and record.read_text().split()[:1] not in ([], [str(before)])


def _doctor_is_content(running: Running) -> bool:
    checked = subprocess.run(
        [sys.executable, "-m", "cli", "doctor"], cwd=ROOT, env=running.environment, capture_output=True, check=False
    )
    return checked.returncode == 0
