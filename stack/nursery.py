"""A process that has loaded what all workers share, and forks each of them when it is asked to.

    python -m stack.nursery module...        asked over its standard input, a socket; see `stack.forked`

Loading takes seconds of CPU and a hundred megabytes. Eight workers that are forked have both once, and one that died is
back at once. Whoever else begins with these `module`s is forked, too. Nothing of a home is known in here: what a
worker is told arrives with its request, and is no part of what others may read of a process that was forked.
"""

import json
import os
import runpy
import select
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module

from sqlalchemy.orm import configure_mappers

import settings as configuration
from collector import settle_collector
from gateways.registry import load_rooms
from stack import leash
from stack.forked import LENGTH_BYTES, READY
from workers.celery_app import app, load_tasks

# Celery loads these when a worker begins, and a pool when it is started
LOADED_LATER = ("celery.bin.celery", "celery.apps.worker", "celery.worker.consumer", "celery.concurrency.prefork")
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Life:
    """Whom to become, as `stack.forked` asks for it; where its lines go, and where is told what becomes of it."""

    argv: list[str]
    directory: str
    environment: dict[str, str]
    parting_signal: int
    output: int
    told: int


def load(modules: Iterable[str] = ()) -> None:
    """All that a worker loads before it forks its pool, and these."""
    app.loader.import_default_modules()
    load_tasks()
    load_rooms()
    for name in (*LOADED_LATER, *modules):
        import_module(name)
    # each would do it at its first question to the database
    configure_mappers()
    settle_collector()


def tend(asked: socket.socket) -> Life | None:
    """Fork whoever is asked for, and tell of their ends. Returns None when nobody can ask any more.

    It returns in each process that was forked, too: whom that is to become.
    """
    alive: dict[int, int] = {}
    while True:
        if select.select([asked], [], [], POLL_SECONDS)[0]:
            life = _receive(asked)
            if life is None or (pid := os.fork()) == 0:
                for told in alive.values():
                    os.close(told)
                return life
            os.close(life.output)
            alive[pid] = life.told
            _tell(life.told, pid)
        _bury(alive)


def become(life: Life, forked_by: int) -> None:
    """Be a process as if it had been started by `python -m`, in a session of its own."""
    os.setsid()
    leash.hold(forked_by, life.parting_signal)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, is_to_be in ((0, nothing), (1, life.output), (2, life.output)):
        os.dup2(is_to_be, descriptor)
    for descriptor in (nothing, life.output, life.told):
        os.close(descriptor)
    os.chdir(life.directory)
    os.environ.clear()
    os.environ.update(life.environment)
    # the app was made before anything was told
    configuration.load.cache_clear()
    app.conf.broker_url = configuration.load().broker_url
    _, _, module, *arguments = life.argv
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _receive(asked: socket.socket) -> Life | None:
    head, descriptors, _, _ = socket.recv_fds(asked, LENGTH_BYTES, 2)
    length = int.from_bytes(head, "big")
    parts: list[bytes] = []
    while length and (part := asked.recv(length)):
        parts.append(part)
        length -= len(part)
    if not parts or length:  # whoever asks has ended, in the middle of it or before
        return None
    output, told = descriptors
    return Life(**json.loads(b"".join(parts)), output=output, told=told)


def _bury(alive: dict[int, int]) -> None:
    while alive:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        told = alive.pop(pid)
        _tell(told, os.waitstatus_to_exitcode(status))
        os.close(told)


def _tell(told: int, number: int) -> None:
    with suppress(BrokenPipeError):  # nobody waits for this one any more
        os.write(told, b"%d\n" % number)


def main() -> None:
    """Load, say so, and fork until the other end is closed. A process that was forked goes on from here as another."""
    load(sys.argv[1:])
    asked = socket.socket(fileno=os.dup(0))
    asked.sendall(READY)
    pid = os.getpid()
    life = tend(asked)
    asked.close()
    if life is not None:
        become(life, pid)


if __name__ == "__main__":
    main()
