"""A portal that runs in a thread of the tests, and browsers that look at it."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from ingress.server import OPTIONS
from portal.app import make_portal
from portal.frame import Portal
from settings import Settings
from stack.ports import LOOPBACK

START_SECONDS_MAX = 60.0
PATIENCE = 10
# as a browser says of a form that a page of ours sends
OURS = {"Sec-Fetch-Site": "same-origin"}


@contextmanager
def running_portal(settings: Settings) -> Iterator[str]:
    """Its address. It is the real application under the real server."""
    with running(make_portal(settings), settings.portal_port) as address:
        yield address


@contextmanager
def running(application: Portal, port: int) -> Iterator[str]:
    """The same of any application in the portal's frame."""
    config = uvicorn.Config(application, host=LOOPBACK, port=port, **OPTIONS)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    address = f"http://{LOOPBACK}:{port}"
    try:
        _wait_until_alive(address, thread)
        yield address
    finally:
        server.should_exit = True
        thread.join()


def _wait_until_alive(address: str, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while thread.is_alive() and time.monotonic() < deadline:
        try:
            httpx.get(f"{address}/healthz")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the portal did not start")


class Browser:
    """One that keeps cookies, follows where it is led, and says where its forms come from."""

    def __init__(self, address: str, **headers: str) -> None:
        self.http = httpx.Client(base_url=address, headers=headers, timeout=20)

    def open(self, path: str, **more: Any) -> httpx.Response:
        """Look at a page; where it says "one moment, please", as on a machine that is busy, again.

        A page that is led to itself, with a key for its form, is looked at with that.
        """
        for _ in range(PATIENCE):
            answer = self.http.get(path, **more)
            if answer.status_code != 503:
                break
            time.sleep(1)
        where = answer.headers.get("location", "")
        more.pop("params", None)  # they stand in that address
        return self.open(str(answer.url.join(where)), **more) if where.startswith("?") else answer

    def send(
        self, path: str, fields: dict[str, str] | None = None, headers: Mapping[str, str] = OURS
    ) -> httpx.Response:
        """Send a form, of a page of ours unless it says otherwise; where it leads is not followed."""
        return self.http.post(path, data=fields or {}, headers=headers)

    def enter(self, link: str) -> httpx.Response:
        """Open a link and press its button."""
        assert self.open(link).status_code == 200
        return self.send(link)

    def close(self) -> None:
        """Away with it."""
        self.http.close()
