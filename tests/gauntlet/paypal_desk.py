"""What a seller does at PayPal past us: with a token of its own, a new one whenever that is worth nothing any more."""

from dataclasses import dataclass, field
from typing import Any

import requests

from settings import SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET
from stack.errors import StackError
from stack.shopper import REQUEST_TIMEOUT_SECONDS

UNAUTHORIZED = 401

Json = dict[str, Any]


@dataclass
class PayPalDesk:
    """One HTTP session with the sandbox's PayPal. Not for several threads at once."""

    sandbox_url: str
    session: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, content: Json | None = None, request_id: str = "") -> requests.Response:
        """The answer of one call."""
        answer = self._send(method, path, content, request_id)
        if answer.status_code != UNAUTHORIZED:
            return answer
        self._sign_in()
        return self._send(method, path, content, request_id)

    def made(self, method: str, path: str, content: Json | None = None, request_id: str = "") -> Json:
        """The body of a call that succeeds. Raises StackError when it does not."""
        answer = self.call(method, path, content, request_id)
        if not answer.ok:
            raise StackError(f"{path} answered {answer.status_code}: {answer.text[:500]}")
        made: Json = answer.json()
        return made

    def _sign_in(self) -> None:
        answer = self.session.post(
            f"{self.sandbox_url}/paypal/v1/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET),
            timeout=REQUEST_TIMEOUT_SECONDS,
        )
        if answer.ok:
            self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def _send(self, method: str, path: str, content: Json | None, request_id: str) -> requests.Response:
        headers = {"PayPal-Request-Id": request_id} if request_id else {}
        url = f"{self.sandbox_url}/paypal{path}"
        return self.session.request(method, url, json=content, headers=headers, timeout=REQUEST_TIMEOUT_SECONDS)
