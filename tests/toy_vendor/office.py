"""The toy's own books, behind HTTP on loopback: orders that are opened, paid or agreed to and taken, and given back."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, TypeVar

Order = dict[str, Any]


@dataclass(frozen=True)
class Capture:
    """A call that was to take the money of an order, and what became of it."""

    ref: str
    key: str
    outcome: str


class Office:
    """Orders by their name; the same key opens the same order, and an order is taken once.

    The next captures become `to_become` (`paid`, `looked_into`, `open`: declined, `refused`), one after the other, then
    all are paid; `keys` are those of all calls. `after_capture` is called when one was made and is not answered yet;
    its answer is lost if it says so.
    """

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.url = ""
        self.captures: list[Capture] = []
        self.keys: list[str] = []
        self.to_become: list[str] = []
        self.after_capture: Callable[[], bool] = lambda: False
        self._one_at_a_time = threading.Lock()
        self._events = 0

    def answer(self, method: str, path: str, asked: dict[str, Any]) -> tuple[Order | None, bool]:
        """The order as it is then, and whether the answer is lost on its way."""
        with self._one_at_a_time:
            order, is_new = self._answer(method, path, asked)
        return order, is_new and self.after_capture()

    def _answer(self, method: str, path: str, asked: dict[str, Any]) -> tuple[Order | None, bool]:
        if method == "POST" and path == "/orders":
            opened = {**asked, "status": "open", "ref": asked["key"], "refunded": 0, "taken_back": 0}
            return self.orders.setdefault(asked["key"], opened), False
        order = self.orders.get(path.rpartition("/orders/")[2].partition("/")[0].replace("~", "/"))
        if order is None:
            return None, False
        if path.endswith("/refund"):
            order["refunded"] += asked["amount_minor"]
        if path.endswith("/close") and order["status"] in ("open", "agreed"):
            order["status"] = "closed"
        self.keys += [asked["key"]] if path.endswith("/capture") else []
        is_new = path.endswith("/capture") and order["status"] == "agreed"
        if is_new:
            order |= {
                "status": self.to_become.pop(0) if self.to_become else "paid",
                "paid_minor": order["amount_minor"],
            }
            self.captures.append(Capture(order["ref"], asked["key"], order["status"]))
        return dict(order), is_new

    def pay(self, ref: str, amount_minor: int | None = None) -> bytes:
        """The customer pays; the event that tells of it."""
        order = self.orders[ref]
        order |= {"status": "paid", "paid_minor": order["amount_minor"] if amount_minor is None else amount_minor}
        return self.tell(ref)

    def agree(self, ref: str) -> bytes:
        """The customer agrees to pay; the event that tells of it."""
        return self.become(ref, "agreed")

    def become(self, ref: str, status: str) -> bytes:
        """Days later, or by a hand there; the event that tells of it."""
        self.orders[ref]["status"] = status
        return self.tell(ref)

    def take_back(self, ref: str, amount_minor: int) -> bytes:
        """Money that was taken goes back to the customer, against our will; the event that tells of it."""
        self.orders[ref]["taken_back"] = amount_minor
        return self.tell(ref, "order.taken_back")

    def tell(self, ref: str, what: str = "order.changed") -> bytes:
        """An event of its own."""
        self._events += 1
        event = {"id": f"toy_{self._events}_{ref[-6:]}", "type": what, "at": 1, "order": self.orders[ref]}
        return json.dumps(event).encode()


class Opened(Protocol):
    """An office that can be opened."""

    url: str

    def answer(self, method: str, path: str, asked: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
        """The answer, None for what there is not, and whether it is lost on its way."""


SomeOffice = TypeVar("SomeOffice", bound=Opened)


@contextmanager
def opened(office: SomeOffice) -> Iterator[SomeOffice]:
    """It, answering."""

    class Desk(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            found, is_lost = office.answer(self.command, self.path, json.loads(self.rfile.read(size) or b"{}"))
            if is_lost:
                self.close_connection = True
                return
            body = json.dumps(found).encode()
            self.send_response(200 if found is not None else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _serve  # noqa: N815 - named by the library

        def log_message(self, *_: object) -> None:
            """It keeps quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    office.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield office
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
