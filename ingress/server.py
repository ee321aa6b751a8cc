"""How the door is served: uvicorn's options, each with its reason."""

import contextlib
import gc
import multiprocessing
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import uvicorn
from sqlalchemy.orm import configure_mappers
from uvicorn import _subprocess
from uvicorn.supervisors import Multiprocess

import logs
import settings as configuration
from ingress.sockets import is_taken
from parting import end_with_parent
from settings import Settings, refuse_to_start

# The writing thread needs the interpreter a few times per commit. Waiting Python's usual five milliseconds for it each
# time would leave PostgreSQL idle: a fifth of the throughput.
THREAD_SWITCH_SECONDS = 0.0005
# Requests leave no cycles behind; looking for them after every 700 objects takes a twelfth of the time under load.
OBJECTS_BETWEEN_COLLECTIONS = 5_000

Application = TypeVar("Application")

OPTIONS: dict[str, Any] = {
    "loop": "ingress.sockets:OwnSocketLoop",
    # by its name: what it imports reads where figures are shared, which is said before the application is loaded
    "http": "ingress.protocol:PatientProtocol",
    "interface": "asgi3",
    "ws": "none",
    "lifespan": "on",
    # our own redacting log stays in charge, and a line per request would cost more than the request
    "log_config": None,
    "access_log": False,
    # a webhook's sender reads neither
    "server_header": False,
    "date_header": False,
    # nothing here depends on the sender's address
    "proxy_headers": False,
    "backlog": 2_048,
    # connections of one process, beyond which it answers a plain 503; above what the writer's queue holds, so that the
    # queue's own, better answer comes first
    "limit_concurrency": 2_000,
    "timeout_keep_alive": 5,
    # in-flight batches commit within two seconds; whoever stops us kills us after five
    "timeout_graceful_shutdown": 3,
    # a process that is still importing does not answer its parent, and on a busy machine it imports for longer than
    # uvicorn's five seconds: it would be killed and begun anew, again and again
    "timeout_worker_healthcheck": 30,
}


class Listening(NamedTuple):
    """Where a door listens, and in how many processes."""

    host: str
    port: int
    processes: int


def run(application: str, at: Listening, metrics: Path | None = None) -> None:
    """Serve the application that this `module:factory` makes, in so many processes, which share a folder of `metrics`.

    Returns after SIGTERM or Ctrl-C; requests that have arrived are committed and answered first.
    Ends in one sentence where another door listens: the kernel would deal out connections to both.
    """
    if is_taken(at.host, at.port):
        refuse_to_start(f"port {at.port} of {at.host} is already in use")
    _allow_connections()
    if metrics is not None:
        _share_metrics(metrics)
    config = uvicorn.Config(application, factory=True, host=at.host, port=at.port, workers=at.processes, **OPTIONS)
    if config.workers == 1:
        uvicorn.Server(config).run()
    else:
        if sys.platform == "linux":  # elsewhere the system's own libraries do not survive a fork
            _load_once(application)
        # no socket from the parent: each process opens its own
        Multiprocess(config, sockets=None).run()  # type: ignore[arg-type] # handed on to Server.run, which takes None


def begin(name: str, make: Callable[[Settings], Application]) -> Application:
    """The application of one process, which logs under this name, ends with its parent and is tuned for serving."""
    settings = configuration.load()
    logs.configure(settings, name)
    if multiprocessing.parent_process() is not None:  # one of several: started by the process that the supervisor knows
        end_with_parent()
    application = make(settings)
    prepare_interpreter()
    return application


def prepare_interpreter() -> None:
    """Tune this process's Python for many short requests beside a writing thread; call it when all is imported."""
    sys.setswitchinterval(THREAD_SWITCH_SECONDS)
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    gc.freeze()  # what is imported by now lives as long as the process and need not be looked through again


def _load_once(application: str) -> None:
    """Each process is forked from this one, which has loaded the application: that takes seconds of CPU and memory.

    uvicorn would have each of them load it, and has no option for this.
    """
    import_module(application.partition(":")[0])
    configure_mappers()
    gc.freeze()
    _subprocess.spawn = multiprocessing.get_context("fork")  # type: ignore[assignment]
    # until its server listens for them they end a process; this one's handlers would only note them
    os.register_at_fork(after_in_child=_default_signals)


def _default_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _allow_connections() -> None:
    """As many open files as the system lets us have: a thousand, as usual, would be fewer than connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS says "unlimited" and means less
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _share_metrics(folder: Path) -> None:
    """prometheus-client adds up the counters of processes that share a folder; each reads this at its first import."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
