"""`python -m ingress`: the door, in as many processes as the settings say, until SIGTERM or Ctrl-C."""

import os
import shutil
from pathlib import Path

import uvicorn

import logs
import settings as configuration
from ingress.protocol import PatientProtocol

KEEP_ALIVE_SECONDS = 5
# Per process, connections as well as requests; beyond it a plain 503. Above what the writer's queue holds, so that its
# own, better answer comes first.
CONNECTIONS_MAX = 2_000
BACKLOG = 2_048
# In-flight batches commit within two seconds; whoever stops us kills us after five.
STOP_SECONDS = 3


def main() -> None:
    """Serve until told to stop; requests that have arrived are committed and answered first."""
    settings = configuration.load()
    logs.configure(settings, "ingress")
    _share_metrics(settings.cashbeat_home.absolute() / "run" / "metrics")
    uvicorn.run(
        "ingress.app:serve",
        factory=True,
        host=settings.ingress_host,
        port=settings.ingress_port,
        workers=settings.ingress_processes,
        loop="uvloop",
        http=PatientProtocol,
        ws="none",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def _share_metrics(folder: Path) -> None:
    """prometheus-client adds up the counters of processes that share a folder; it reads this when it is imported."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


if __name__ == "__main__":
    main()
