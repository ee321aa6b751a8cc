"""Talks to Resend through its package: one POST with an idempotency key."""

from datetime import timedelta
from typing import cast

import resend
from resend.exceptions import NoContentError, ResendError

from billing.errors import Unavailable
from gateways.connections import TIMEOUT_SECONDS, open_session
from gateways.resend.errors import in_our_words
from gateways.resend.payload import payload_of
from gateways.resend.transport import KeptConnections
from schemas.documents import EmailFacts

API_BASE = "https://api.resend.com"
KEY_CHARACTERS_MAX = 256  # Resend's limit


class ResendGateway:
    """The EmailGateway for Resend. One per process, made after the fork: its connections are kept alive.

    The package keeps key, address and transport in its module, so that the one made last is the one that sends.
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
        resend.api_key = api_key
        resend.api_url = (api_base or API_BASE).rstrip("/")
        resend.default_http_client = KeptConnections(open_session(resend.api_url), timeout_seconds)

    def send(self, email: EmailFacts, *, sender: str, idempotency_key: str) -> str:
        """Send one e-mail; see EmailGateway. The same key with another e-mail is Rejected for 24 hours."""
        if not 1 <= len(idempotency_key) <= KEY_CHARACTERS_MAX:
            raise ValueError(f"an idempotency key has 1 to {KEY_CHARACTERS_MAX} characters")
        params = cast("resend.Emails.SendParams", payload_of(email, sender))
        try:
            answer = resend.Emails.send(params, {"idempotency_key": idempotency_key})
        except ResendError as error:
            raise in_our_words(error) from error
        except (NoContentError, RecursionError) as error:
            raise Unavailable("Resend's answer is empty, or deeper than can be read", ambiguous=True) from error
        return _id_in(answer)


def _id_in(answer: object) -> str:
    email_id = answer.get("id") if isinstance(answer, dict) else None
    if not isinstance(email_id, str) or not email_id:
        raise Unavailable("Resend's answer has no id", ambiguous=True)
    return email_id
