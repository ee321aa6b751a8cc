"""Talks to Resend: one POST with an idempotency key.

The resend package (2.52) keeps its key, its address and its HTTP client in module globals, opens a connection for each
call, and reports a refused connection, a time-out and a cut answer all as the same error 500. Whether an e-mail may
have gone out is exactly what we must tell apart, so this is requests and sixty lines; the package's table of errors
serves in the tests.
"""

from datetime import timedelta
from typing import Any

import requests

from billing.errors import Unavailable
from gateways.connections import TIMEOUT_SECONDS, open_session, was_never_sent
from gateways.resend.errors import family_of
from gateways.resend.payload import payload_of
from schemas.documents import EmailFacts

API_BASE = "https://api.resend.com"
KEY_CHARACTERS_MAX = 256  # Resend's limit


class ResendGateway:
    """The EmailGateway for Resend. One per process, made after the fork: its connections are kept alive.

    `api_base` points elsewhere than to Resend (the sandbox). `timeout_seconds` is (connect, read). Nothing is retried
    here: our rows retry, under the same idempotency key.
    """

    # Resend forgets a key after 24 hours (https://resend.com/docs/dashboard/emails/idempotency-keys): later a repeat
    # could be a second e-mail. An hour is left for a slow one.
    key_window = timedelta(hours=23)

    def __init__(
        self,
        api_key: str,
        api_base: str | None = None,
        timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS,
    ) -> None:
        base = (api_base or API_BASE).rstrip("/")
        self._url = f"{base}/emails"
        self._timeout_seconds = timeout_seconds
        self._session = open_session(base)
        self._session.headers.update({"Authorization": f"Bearer {api_key}", "User-Agent": "cashbeat"})

    def send(self, email: EmailFacts, *, sender: str, idempotency_key: str) -> str:
        """Send one e-mail; see EmailGateway. The same key with another e-mail is Rejected for 24 hours."""
        if not 1 <= len(idempotency_key) <= KEY_CHARACTERS_MAX:
            raise ValueError(f"an idempotency key has 1 to {KEY_CHARACTERS_MAX} characters")
        answer = self._post(payload_of(email, sender), idempotency_key)
        if answer.ok and not answer.is_redirect:
            return _id_in(answer)
        problem = _json_object(answer)
        raise family_of(answer.status_code, _text(problem, "name"), _text(problem, "message"), answer.headers)

    def _post(self, payload: dict[str, Any], idempotency_key: str) -> requests.Response:
        try:
            return self._session.post(
                self._url,
                json=payload,
                headers={"Idempotency-Key": idempotency_key},
                timeout=self._timeout_seconds,
                allow_redirects=False,  # requests would repeat a redirected POST as a GET
            )
        except requests.RequestException as error:
            detail = f"Resend gave no answer ({type(error).__name__})"
            raise Unavailable(detail, ambiguous=not was_never_sent(error)) from error


def _id_in(answer: requests.Response) -> str:
    email_id = _text(_json_object(answer), "id")
    if not email_id:
        raise Unavailable("Resend's answer has no id", ambiguous=True)
    return email_id


def _json_object(answer: requests.Response) -> dict[str, Any]:
    """The answer's JSON; empty for anything else, as proxies in between answer in HTML."""
    try:
        content = answer.json()
    except requests.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}


def _text(content: dict[str, Any], name: str) -> str:
    value = content.get(name)
    return value if isinstance(value, str) else ""
