"""`cashbeat` as it is typed, in a process of its own, forked from one that has loaded what the commands import.

What a command does is the same; what is saved is a second and a half of CPU per command, most of a file's time here.
`test_command_line` types it the long way.
"""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 60

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["__main__", "tests.stack.loaded"])


def cashbeat(*arguments: str, home: Path, piped: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    """What the command said, and how it ended; `piped` is on its standard input. Raises TimeoutExpired."""
    typed = {**os.environ, "CASHBEAT_HOME": str(home), **environment}
    with NamedTemporaryFile("w+") as given, NamedTemporaryFile("r") as said, NamedTemporaryFile("r") as told:
        given.write(piped)
        given.flush()
        running = _forks.Process(target=_run, args=(arguments, typed, (given.name, said.name, told.name)))
        running.start()
        running.join(TIMEOUT_SECONDS)
        if running.exitcode is None:
            running.kill()
            running.join()
            raise subprocess.TimeoutExpired(["cashbeat", *arguments], TIMEOUT_SECONDS)
        return subprocess.CompletedProcess(arguments, running.exitcode, said.read(), told.read())


def _run(arguments: tuple[str, ...], environment: dict[str, str], streams: tuple[str, str, str]) -> None:
    for descriptor, place in enumerate(streams):
        os.dup2(os.open(place, os.O_RDWR), descriptor)
    # that of a forked process is closed
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["cashbeat", *arguments]
    from cli import app

    app()
