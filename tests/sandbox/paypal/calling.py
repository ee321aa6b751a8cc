"""Raw calls to the sandbox's PayPal, whose every answer is held to the contract."""

from dataclasses import dataclass, field
from typing import Any

import requests

from settings import SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET
from tests.contracts import paypal_openapi, paypal_shapes
from tests.sandbox.running import ANSWER_SECONDS, RunningSandbox

Json = dict[str, Any]

ORDERS = "/v2/checkout/orders"
GOOD_APP = (SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET)
WHOLE = "return=representation"


@dataclass
class PayPal:
    """A client with a token; `seen` are the calls made."""

    sandbox: RunningSandbox
    seen: list[tuple[str, str, int]] = field(default_factory=list)
    token: str = ""

    def sign_in(self) -> str:
        """A new token."""
        answer = requests.post(
            f"{self.sandbox.address}/paypal/v1/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=GOOD_APP,
            timeout=ANSWER_SECONDS,
        )
        paypal_shapes.validate_response("POST", "/v1/oauth2/token", answer.status_code, answer.json())
        self.token = answer.json()["access_token"]
        return self.token

    def answer(
        self, method: str, path: str, content: object = None, request_id: str = "", prefer: str = WHOLE, **headers: str
    ) -> requests.Response:
        """The whole answer of one call; underscores in header names become dashes."""
        sent = {"Authorization": f"Bearer {self.token or self.sign_in()}", "Prefer": prefer}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if request_id:
            sent["PayPal-Request-Id"] = request_id
        body = {} if method == "POST" and content is None else content
        url = f"{self.sandbox.address}/paypal{path}"
        answer = requests.request(method, url, json=body, headers=sent, timeout=ANSWER_SECONDS)
        told = answer.json() if answer.content else None
        is_minimal = prefer != WHOLE and method == "POST" and answer.ok
        paypal_shapes.validate_response(method, path, answer.status_code, told, is_minimal=is_minimal)
        paypal_openapi.validate_response(method, path, answer.status_code, told)
        self.seen.append((method, path.partition("?")[0], answer.status_code))
        return answer

    def call(self, method: str, path: str, content: object = None, **more: str) -> tuple[int, Json]:
        """Status and body of one call."""
        answer = self.answer(method, path, content, **more)
        return answer.status_code, answer.json() if answer.content else {}

    def made(self, method: str, path: str, content: object = None, **more: str) -> Json:
        """The body of a call that must succeed."""
        status, body = self.call(method, path, content, **more)
        assert status in (200, 201, 202, 204), body
        return body

    def issue(self, method: str, path: str, content: object = None, **more: str) -> tuple[int, str]:
        """Status and issue of a call that must be refused."""
        status, body = self.call(method, path, content, **more)
        assert status >= 400, body
        return status, body["details"][0]["issue"]

    def order(self, value: str = "29.99", currency: str = "USD", **more: Any) -> Json:
        """A new order; `more` goes into its purchase unit."""
        return self.made("POST", ORDERS, order_of(value, currency, **more))

    def approve(self, order: Json, **wishes: object) -> Json:
        """Its buyer agrees, and the capture will end so."""
        return self.control("POST", f"orders/{order['id']}/approve", wishes)

    def captured(self, order: Json | None = None, **wishes: object) -> Json:
        """The capture of an order (a new one unless told), as the buyer's way to pay made it end."""
        order = order or self.order()
        self.approve(order, **wishes)
        paid = self.made("POST", f"{ORDERS}/{order['id']}/capture")
        capture: Json = paid["purchase_units"][0]["payments"]["captures"][0]
        return capture

    def told_of(self, *ids: str) -> list[str]:
        """The types of the events whose resource has one of these ids, oldest first, each held to its shape."""
        events = self.made("GET", "/v1/notifications/webhooks-events?page_size=300")["events"]
        ours = [event for event in reversed(events) if set(ids) & {*map(event["resource"].get, ("id", "dispute_id"))}]
        for event in ours:
            paypal_shapes.validate_event(event)
        return [event["event_type"] for event in ours]

    def control(self, method: str, path: str, content: object = None) -> Json:
        """Steering."""
        return self.sandbox.control(method, f"paypal/{path}", content)


def money(value: str, currency: str = "USD") -> Json:
    """As it travels."""
    return {"currency_code": currency, "value": value}


def order_of(value: str, currency: str = "USD", **more: Any) -> Json:
    """The body of an order of one amount; `more` goes into its purchase unit."""
    return {"intent": "CAPTURE", "purchase_units": [{"amount": money(value, currency), **more}]}
