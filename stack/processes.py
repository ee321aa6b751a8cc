"""Which processes a running Cashbeat consists of, and how each is started and stopped."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from sandbox import trial
from settings import READ_BY, Settings
from stack import home as homes
from stack.account import current
from stack.addresses import Addresses, sandbox_home
from stack.child import ProcessSpec, inherited, leashed, nothing
from stack.forked import Nursery
from stack.ports import LOOPBACK
from workers.queues import GROUPS, WorkerGroup

ROOT = Path(__file__).resolve().parents[1]

# Who stops when: first what brings work in, then the hands, then what they call; the stores come after all of these.
STOP_DOORS = 10
STOP_WORKERS = 20
STOP_SANDBOX = 30

# In production a worker gets 180 s (hard limit 120 and a margin); at a desk nobody waits so long for a prompt.
WORKER_STOP_SECONDS = 20.0
DOOR_STOP_SECONDS = 5.0
# processes begin with the same thousand files: each is compiled once, and not by every one of them
OF_PYTHON = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": ""}
FLOWER_TASKS_MAX = 10_000  # what Flower remembers lies in its memory
FLOWER_USER = "cashbeat"
# what they begin with, besides what workers do
OF_PAGES, OF_SANDBOX = ("portal.app", "portal.console.app"), "sandbox.app"


def business_processes(
    settings: Settings,
    addresses: Addresses,
    environment: Mapping[str, str],
    nursery: Nursery | None = None,
    *,
    is_watched: bool = True,
) -> list[ProcessSpec]:
    """Everything but the stores, in the order it is started; if it is watched, the portal, the console and Flower, too.

    Where there is a `nursery` it forks all but the ingress, whose figures are shared by its processes from the first
    import on, and Flower.
    """
    home = settings.cashbeat_home.absolute()
    port = addresses.sandbox_port
    sandbox = [_sandbox(sandbox_home(settings), port, addresses, environment)] if port else []
    workers = [_worker(group, environment, is_watched) for group in GROUPS]
    pages = [_portal(environment), _console(environment)] if is_watched else []
    flower = [_flower(settings, addresses, environment)] if is_watched else []
    forked = (*sandbox, *workers, _beat(home, environment), *pages)
    return [*(replace(spec, nursery=nursery) for spec in forked), _ingress(environment), *flower]


def open_nursery(*modules: str) -> Nursery | None:
    """What has loaded all that workers share, and these `modules`; none where the kernel would not end what it forks.

    Others than workers save of their start what they have in common with these.
    """
    if sys.platform != "linux":
        return None
    argv = leashed((sys.executable, "-m", "stack.nursery", *modules), current(), signal.SIGKILL)
    return Nursery(argv, ROOT, {**inherited(), **OF_PYTHON})


def flower_login(settings: Settings) -> tuple[str, str]:
    """User and password of Flower: the configured ones, else made up once for this home."""
    configured = settings.flower_basic_auth.get_secret_value()
    if configured:
        user, _, password = configured.partition(":")
        return user, password
    return FLOWER_USER, homes.secret(settings.cashbeat_home.absolute(), "flower")


def worker_argv(group: WorkerGroup, *, is_watched: bool = True) -> tuple[str, ...]:
    """The command of one worker group, without the Python in front of it."""
    # events feed Flower; telling of a task's begin and end costs about as much as a small task
    events = ("-E",) if is_watched else ()
    return (
        *("-m", "celery", "-q", "-A", "workers.celery_app", "worker"),
        *("-Q", ",".join(group.queues), "-c", str(group.concurrency), "-n", f"{group.name}@%h"),
        *("--max-tasks-per-child", str(group.tasks_per_child_max)),
        # gossip and mingle only add traffic, and noise after a broker's restart
        *("--without-gossip", "--without-mingle", *events),
    )


def _worker(group: WorkerGroup, environment: Mapping[str, str], is_watched: bool) -> ProcessSpec:
    argv = worker_argv(group, is_watched=is_watched)
    own = _told(*group.queues, environment=environment)
    return _python(group.name, argv, own, stop_order=STOP_WORKERS, stop_timeout_seconds=WORKER_STOP_SECONDS)


def _ingress(environment: Mapping[str, str]) -> ProcessSpec:
    return _python("ingress", ("-m", "ingress"), _told("ingress", environment=environment))


def _portal(environment: Mapping[str, str]) -> ProcessSpec:
    return _python("portal", ("-m", "portal"), _told("portal", environment=environment))


def _console(environment: Mapping[str, str]) -> ProcessSpec:
    return _python("console", ("-m", "portal.console"), _told("console", environment=environment))


def _beat(home: Path, environment: Mapping[str, str]) -> ProcessSpec:
    folder = home / "run" / "beat"

    def clean() -> None:
        # the schedule file is a pickle that a crash may leave in pieces, and nothing in it is needed again
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)

    argv = (
        "-m",
        "celery",
        "-q",
        "-A",
        "workers.celery_app",
        "beat",
        "--schedule",
        str(folder / "schedule"),
        "--pidfile=",
    )
    return _python("beat", argv, _told("beat", environment=environment), clean=clean)


def _flower(settings: Settings, addresses: Addresses, environment: Mapping[str, str]) -> ProcessSpec:
    argv = (
        *("-m", "celery", "-A", "workers.celery_app", "flower"),
        *(f"--address={LOOPBACK}", f"--port={addresses.flower_port}", f"--max-tasks={FLOWER_TASKS_MAX}"),
    )
    login = {"FLOWER_BASIC_AUTH": ":".join(flower_login(settings)), "FLOWER_UNAUTHENTICATED_API": "false"}
    return _python("flower", argv, {**_told("flower", environment=environment), **login})


def _sandbox(home: Path, port: int, addresses: Addresses, environment: Mapping[str, str]) -> ProcessSpec:
    argv = ("-m", "sandbox", *trial.arguments(port, home, addresses.webhook_url))
    told = _told("sandbox", environment=environment)
    return _python("sandbox", argv, told, stop_order=STOP_SANDBOX)


def _told(*parts: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Of what this stack has chosen, and else of what is set here, what these parts of it read."""
    known = {**os.environ, **environment}
    read = set().union(*(READ_BY[part] for part in parts))
    return {name: value for name, value in known.items() if name.lower() in read}


def _python(
    name: str,
    argv: tuple[str, ...],
    environment: Mapping[str, str],
    stop_order: int = STOP_DOORS,
    stop_timeout_seconds: float = DOOR_STOP_SECONDS,
    clean: Callable[[], None] = nothing,
) -> ProcessSpec:
    return ProcessSpec(
        name=name,
        argv=(sys.executable, *argv),
        directory=ROOT,
        environment={**environment, **OF_PYTHON},
        # after the warm time SIGQUIT asks a worker to give back what it holds; others simply end
        stop_signals=(signal.SIGTERM, signal.SIGQUIT),
        stop_order=stop_order,
        stop_timeout_seconds=stop_timeout_seconds,
        clean=clean,
    )
