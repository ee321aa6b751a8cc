"""A product app that calls the API with a server key, and a customer who pays on the hosted page."""

import time
from dataclasses import dataclass, field
from typing import Any

import requests

from stack.errors import StackError

REQUEST_TIMEOUT_SECONDS = 30.0
# long enough for a worker that has just been killed to come back and be rung for again
OPERATION_WAIT_SECONDS = 120.0
OPERATION_POLL_SECONDS = 0.25
PREFER_WAIT_SECONDS = 10
GOOD_CARD = "4242424242424242"
FINAL = ("succeeded", "failed", "parked")


@dataclass
class Shopper:
    """One HTTP session with a running Cashbeat and its sandbox. Not for several threads at once."""

    api_url: str
    sandbox_url: str
    api_key: str
    session: requests.Session = field(default_factory=requests.Session)

    def close(self) -> None:
        """Let go of the connections."""
        self.session.close()

    def command(self, path: str, body: dict[str, Any], idempotency_key: str) -> dict[str, Any]:
        """Send a command and return its finished operation. Raises StackError when it does not succeed in time."""
        operation = self.hand_over(path, body, idempotency_key)
        deadline = time.monotonic() + OPERATION_WAIT_SECONDS
        while operation["status"] not in FINAL:
            if time.monotonic() > deadline:
                raise StackError(f"operation {operation['id']} is still {operation['status']}")
            time.sleep(OPERATION_POLL_SECONDS)
            operation = self._api("GET", f"/v1/operations/{operation['id']}")
        if operation["status"] != "succeeded":
            raise StackError(f"operation {operation['id']} {operation['status']}: {operation['problem']}")
        return operation

    def hand_over(self, path: str, body: dict[str, Any], idempotency_key: str) -> dict[str, Any]:
        """Send a command and return its operation, which has seldom not ended by then."""
        headers = {"Idempotency-Key": idempotency_key, "Prefer": f"wait={PREFER_WAIT_SECONDS}"}
        operation: dict[str, Any] = self._api("POST", path, json=body, headers=headers)
        return operation

    def get(self, path: str, **parameters: Any) -> Any:
        """Read from the API."""
        return self._api("GET", path, params=parameters)

    def ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Read from the API what takes a body to ask for."""
        answer: dict[str, Any] = self._api("POST", path, json=body)
        return answer

    def get_pdf(self, path: str) -> bytes:
        """The PDF of an invoice or a credit note."""
        return self._send("GET", f"{self.api_url}{path}", headers=self._key()).content

    def pay(self, checkout_url: str, card_number: str = GOOD_CARD) -> int:
        """Press the pay button on the hosted page; returns the status of the answer (303 is success)."""
        self._send("GET", checkout_url)
        form = {"card_number": card_number}
        return self.session.post(
            checkout_url, data=form, allow_redirects=False, timeout=REQUEST_TIMEOUT_SECONDS
        ).status_code

    def agree(self, checkout_url: str) -> int:
        """Agree to pay on a page whose money is taken later; returns the status of the answer (303 is success)."""
        self._send("GET", checkout_url)
        return self.session.post(checkout_url, allow_redirects=False, timeout=REQUEST_TIMEOUT_SECONDS).status_code

    def sandbox(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Steer or read the sandbox."""
        return self._send(method, f"{self.sandbox_url}{path}", json=body).json()

    def post_raw(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Post bytes as they are and return the status."""
        return self.session.post(url, data=body, headers=headers, timeout=REQUEST_TIMEOUT_SECONDS).status_code

    def _api(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> Any:
        return self._send(method, f"{self.api_url}{path}", headers=self._key() | (headers or {}), **options).json()

    def _key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.api_key}"}

    def _send(self, method: str, url: str, **options: Any) -> requests.Response:
        response = self.session.request(method, url, timeout=REQUEST_TIMEOUT_SECONDS, **options)
        if not response.ok:
            raise StackError(f"{method} {url} answered {response.status_code}: {response.text[:500]}")
        return response
