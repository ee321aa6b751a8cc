"""Doors that run: in a thread of the test, or as the processes that customers run."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn

from ingress.app import make_door
from ingress.server import OPTIONS
from settings import Settings
from stack.ports import LOOPBACK, free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 60.0


@contextmanager
def in_thread(settings: Settings) -> Iterator[httpx.Client]:
    """A client of the real application under the real server, started in milliseconds."""
    port = free_port(0)
    server = uvicorn.Server(uvicorn.Config(make_door(settings), host=LOOPBACK, port=port, **OPTIONS))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        with _open_client(port) as client:
            _wait_until_alive(client, thread.is_alive)
            yield client
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def as_process(settings: Settings) -> Iterator[tuple[httpx.Client, "subprocess.Popen[bytes]"]]:
    """A client of `python -m ingress`, and its process."""
    port = free_port(0)
    process = start(settings, port)
    try:
        with _open_client(port) as client:
            _wait_until_alive(client, lambda: process.poll() is None)
            yield client, process
    finally:
        process.terminate()
        process.wait(15)


def start(settings: Settings, port: int) -> "subprocess.Popen[bytes]":
    """`python -m ingress`, which is to listen there."""
    environment = {
        **os.environ,
        "INGRESS_DATABASE_URL": settings.ingress_database_url,
        "BROKER_URL": settings.broker_url,
        "STRIPE_WEBHOOK_SECRETS": ",".join(secret.get_secret_value() for secret in settings.stripe_webhook_secrets),
        "CASHBEAT_HOME": str(settings.cashbeat_home),
        "INGRESS_PORT": str(port),
        "INGRESS_PROCESSES": str(settings.ingress_processes),
        "INGRESS_CONNECTIONS_PER_ADDRESS": str(settings.ingress_connections_per_address),
    }
    return subprocess.Popen([sys.executable, "-m", "ingress"], cwd=ROOT, env=environment)


def _open_client(port: int) -> httpx.Client:
    # With a limit of idle connections the pool closes one that another thread has just been given
    # (https://github.com/encode/httpcore/issues/1110).
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.Client(base_url=f"http://{LOOPBACK}:{port}", timeout=40, limits=limits)


def _wait_until_alive(client: httpx.Client, is_running: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while is_running() and time.monotonic() < deadline:
        try:
            client.get("/healthz")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the door did not start")
