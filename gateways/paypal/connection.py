"""HTTP to PayPal with a token: kept connections, time-outs, no redirects, no retry but one with a newer token."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

import orjson
import requests

from billing.errors import BillingError, Unavailable
from gateways.connections import TIMEOUT_SECONDS, open_session
from gateways.paypal.answers import Answer, loaded
from gateways.paypal.errors import family_of, no_answer
from gateways.paypal.tokens import AccessTokens, Token
from gateways.readers import READING_ERRORS

# Made from our keys: orders take 108 characters, other calls name no limit, and none says which characters it takes.
REQUEST_IDS = UUID("5b1ff0f3-5f2e-4a3c-9d2b-6f1f6f0f7a51")
# the whole object in an answer; by default PayPal tells little more than its id
WHOLE = {"Prefer": "return=representation", "Content-Type": "application/json"}


class Connection:
    """One per process, made after the fork: its connections are kept alive. Safe for threads.

    `base_url` is PayPal's own or a sandbox's, `timeout_seconds` is (connect, read).
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        base_url: str,
        timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS,
    ) -> None:
        self._base_url, self._timeout_seconds = base_url.rstrip("/"), timeout_seconds
        self._credentials = client_id, client_secret
        self._session = open_session(self._base_url)
        self._tokens = AccessTokens(self._fetch_token)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        key: str = "",
    ) -> Any:
        """The answer as plain JSON, None where it has no body. Raises Rejected and Unavailable.

        A `body` of bytes is sent as it is, anything else as JSON. `key` is our idempotency key. A token that is refused
        is renewed once, and the call repeated: PayPal looks at the token before it does anything.
        """
        headers = {**WHOLE, **({"PayPal-Request-Id": request_id(key)} if key else {})}
        content = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        token = self._tokens.current()
        answer = self._send(method, path, {**headers, **_bearer(token)}, content, query)
        if answer.status == 401:
            token = self._tokens.instead_of(token)
            answer = self._send(method, path, {**headers, **_bearer(token)}, content, query)
        return _content_of(answer)

    def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: bytes | None,
        query: Mapping[str, str] | None,
        credentials: tuple[str, str] | None = None,
    ) -> Answer:
        try:
            answer = self._session.request(
                method,
                self._base_url + path,
                params=query,
                data=content,
                headers=dict(headers),
                auth=credentials,
                timeout=self._timeout_seconds,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise no_answer(error) from error
        return Answer(answer.status_code, answer.headers, answer.content)

    def _fetch_token(self) -> Token:
        """Whatever comes of it, the call that needs the token was not made."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        asked = b"grant_type=client_credentials"
        try:
            answer = self._send("POST", "/v1/oauth2/token", form, asked, None, self._credentials)
            return _token_in(_content_of(answer))
        except BillingError as error:
            wait_seconds = error.retry_after_seconds if isinstance(error, Unavailable) else None
            told = f"no access token from {self._base_url}: {error}"
            raise Unavailable(told, retry_after_seconds=wait_seconds) from error


def request_id(key: str) -> str:
    """Our key as a PayPal-Request-Id: the same for the same key, 36 characters of a UUID, whatever the key holds."""
    return str(uuid5(REQUEST_IDS, key))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _content_of(answer: Answer) -> Any:
    if not 200 <= answer.status < 300:
        raise family_of(answer)
    return loaded(answer) if answer.body else None


def _token_in(content: Any) -> Token:
    try:
        token = Token(content["access_token"], float(content["expires_in"]))
    except READING_ERRORS as error:
        raise Unavailable("PayPal's answer has no token") from error
    if not (isinstance(token.value, str) and token.value.isascii() and token.value.isprintable() and token.value):
        raise Unavailable("PayPal's answer has no usable token")
    return token
