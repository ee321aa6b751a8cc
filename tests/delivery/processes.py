"""Processes of this machine in the place of pytest-celery's containers.

Its nodes, clusters and setup only touch a narrow surface of what Docker's client calls a container: id, name, status,
attrs, logs, reload, kill, restart, stop. Here that surface is a process group, so that no Docker is needed.
"""

import shutil
import signal as signals
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import celery
from pytest_celery import CeleryWorkerContainer, RedisContainer

from stack.valkey import EmbeddedValkey
from tests.started import Started

STOP_SECONDS = 30.0
NO_NETWORK: Mapping[str, Any] = {
    "Config": {"Hostname": "127.0.0.1", "Env": []},
    "NetworkSettings": {"Networks": {}, "Ports": {}},
    "HostConfig": {"PortBindings": {}},
}


class Process:
    """A command of Python that can be killed and started again; its output goes to a file."""

    attrs = NO_NETWORK

    def __init__(self, name: str, argv: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
        self.name, self._started = name, Started(log, argv, environment)
        self._note()

    def start(self) -> None:
        """Start it in a process group of its own; its log is that of this life alone."""
        self._started.start()
        self._note()

    def reload(self) -> None:
        """Look at it again."""
        self.status = "running" if self._started.process.is_alive else "exited"

    def kill(self, signal: str | int | None = None) -> None:
        """SIGKILL ends the whole group at once, as it ends a container; any other signal reaches the leader alone."""
        number = signals.Signals[signal] if isinstance(signal, str) else signals.Signals(signal or signals.SIGKILL)
        if number is signals.SIGKILL:
            self._started.process.kill()
        else:
            self._started.process.send(number)

    def stop(self, timeout: float = STOP_SECONDS) -> int:
        """Ask it to end, and end it when it does not; returns its exit code."""
        process = self._started.process
        process.send(signals.SIGTERM)
        if not process.wait(timeout):
            process.kill()
        self.reload()
        assert process.exit_code is not None
        return process.exit_code

    def restart(self, timeout: float = STOP_SECONDS) -> None:
        """A new life."""
        self.stop(timeout)
        self.start()

    def logs(self) -> bytes:
        """What this life has written."""
        return self._started.log.read_bytes()

    def _note(self) -> None:
        self.id, self.status = str(self._started.process.pid), "running"


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
