"""Processes of this machine in the place of pytest-celery's containers.

Its nodes, clusters and setup only touch a narrow surface of what Docker's client calls a container: id, name, status,
attrs, logs, reload, kill, restart, stop. Here that surface is a process group, so that no Docker is needed.
"""

import os
import shutil
import signal as signals
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import celery
from pytest_celery import CeleryWorkerContainer, RedisContainer

from stack.valkey import EmbeddedValkey

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 30.0
NO_NETWORK: Mapping[str, Any] = {
    "Config": {"Hostname": "127.0.0.1", "Env": []},
    "NetworkSettings": {"Networks": {}, "Ports": {}},
    "HostConfig": {"PortBindings": {}},
}


class Process:
    """A command that can be killed and started again; its output goes to a file."""

    attrs = NO_NETWORK

    def __init__(self, name: str, argv: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name, self._argv, self._log = name, argv, log
        self._environment = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
        self.start()

    def start(self) -> None:
        """Start it in a process group of its own; its log is that of this life alone."""
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                self._argv, cwd=ROOT, env=self._environment, stdout=output, stderr=output, start_new_session=True
            )
        self.id, self.status = str(self._process.pid), "running"

    def reload(self) -> None:
        """Look at it again."""
        self.status = "running" if self._process.poll() is None else "exited"

    def kill(self, signal: str | int | None = None) -> None:
        """SIGKILL ends the whole group at once, as it ends a container; any other signal reaches the leader alone."""
        number = signals.Signals[signal] if isinstance(signal, str) else signals.Signals(signal or signals.SIGKILL)
        if number is signals.SIGKILL:
            self._end_group()
        else:
            self._process.send_signal(number)

    def stop(self, timeout: float = STOP_SECONDS) -> int:
        """Ask it to end, and end it when it does not; returns its exit code."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._end_group()
        self.reload()
        return int(self._process.returncode)

    def restart(self, timeout: float = STOP_SECONDS) -> None:
        """A new life."""
        self.stop(timeout)
        self.start()

    def logs(self) -> bytes:
        """What this life has written."""
        return self._log.read_bytes()

    def _end_group(self) -> None:
        os.killpg(self._process.pid, signals.SIGKILL)
        self._process.wait()


class Worker(CeleryWorkerContainer):
    """A worker group as the supervisor starts it."""

    def __init__(self, process: Process) -> None:
        super().__init__(process)
        self.process = process

    @classmethod
    def version(cls) -> str:
        """Of the installed Celery."""
        return str(celery.__version__)

    @property
    def ready_prompt(self) -> str:
        """What a worker logs once it consumes."""
        return " ready."

    def stop(self) -> int:
        """As a deploy does it; returns the exit code."""
        return self.process.stop()

    def teardown(self) -> None:
        """Leave nothing behind; the story is over, so nothing has to be finished."""
        self.process.stop(0)


class ValkeyServer:
    """The embedded broker, with a container's surface."""

    attrs, name = NO_NETWORK, "broker"

    def __init__(self, server: EmbeddedValkey) -> None:
        self._server = server
        self.id, self.status = str(server.pid), "running"

    def reload(self) -> None:
        """Its status is what was last done to it."""

    def kill(self, _signal: str | int | None = None) -> None:
        """Whatever the signal, it does not hear it."""
        self._server.kill()
        self.status = "exited"

    def wipe(self) -> None:
        """What it had written down is gone, too; its place is ready for the next life."""
        shutil.rmtree(self._server.folder)

    def restart(self, timeout: float = STOP_SECONDS) -> None:
        """Stop it if it lives, start it on the same port with what it had written down."""
        self._server.stop()
        self._server.start()
        self.status = "running"

    def logs(self) -> bytes:
        """What it has written."""
        return (self._server.home / "logs" / "valkey.log").read_bytes()

    def url(self) -> str:
        """Where it listens."""
        return self._server.url()


class Broker(RedisContainer):
    """The broker as pytest-celery sees it."""

    def __init__(self, server: ValkeyServer) -> None:
        super().__init__(server)
        self.server, self._url = server, server.url()

    @property
    def celeryconfig(self) -> dict[str, str]:
        """One address for all: there is no network in between."""
        return {"url": self._url, "host_url": self._url}


def python(*argv: str) -> list[str]:
    """A command of this environment."""
    return [sys.executable, *argv]
