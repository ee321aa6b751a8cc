"""The toy's own books, behind HTTP on loopback: orders that are opened, paid and given back."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Order = dict[str, Any]


class Office:
    """Orders by their name; the same key opens the same order."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.url = ""

    def answer(self, method: str, path: str, asked: dict[str, Any]) -> Order | None:
        if method == "POST" and path == "/orders":
            return self.orders.setdefault(asked["key"], {**asked, "status": "open", "ref": asked["key"], "refunded": 0})
        order = self.orders.get(path.rpartition("/orders/")[2].partition("/")[0].replace("~", "/"))
        if order is not None and path.endswith("/refund"):
            order["refunded"] += asked["amount_minor"]
        if order is not None and path.endswith("/close") and order["status"] == "open":
            order["status"] = "closed"
        return order

    def pay(self, ref: str, amount_minor: int | None = None) -> bytes:
        """The customer pays; the event that tells of it."""
        order = self.orders[ref]
        order |= {"status": "paid", "paid_minor": order["amount_minor"] if amount_minor is None else amount_minor}
        return json.dumps({"id": f"toy_{len(ref)}_{ref[-6:]}", "type": "order.paid", "at": 1, "order": order}).encode()


@contextmanager
def open_office() -> Iterator[Office]:
    """A running office."""
    office = Office()

    class Desk(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            found = office.answer(self.command, self.path, json.loads(self.rfile.read(size) or b"{}"))
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
