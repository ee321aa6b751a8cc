"""Talks to Resend through its package: one POST with an idempotency key."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

import resend
from resend.exceptions import NoContentError, ResendError

from billing.errors import Unavailable
from gateways.connections import TIMEOUT_SECONDS, open_session
from gateways.resend.errors import KEY_SENT_ANOTHER, in_our_words
from gateways.resend.payload import INVOICE_TAG, NUMBER_TAG, payload_of
from gateways.resend.transport import KeptConnections
from schemas.documents import EmailFacts, SentEmail

API_BASE = "https://api.resend.com"
PAGE_LIMIT = 100  # the most that Resend gives at once
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

    def send(self, email: EmailFacts, *, sender: str, idempotency_key: str) -> str | None:
        """Send one e-mail; see EmailGateway. For 24 hours Resend refuses the same key with another e-mail."""
        if not 1 <= len(idempotency_key) <= KEY_CHARACTERS_MAX:
            raise ValueError(f"an idempotency key has 1 to {KEY_CHARACTERS_MAX} characters")
        params = cast("resend.Emails.SendParams", payload_of(email, sender))
        try:
            answer = resend.Emails.send(params, {"idempotency_key": idempotency_key})
        except ResendError as error:
            if error.error_type == KEY_SENT_ANOTHER:
                return None
            raise in_our_words(error) from error
        except (NoContentError, RecursionError) as error:
            raise Unavailable("Resend's answer is empty, or deeper than can be read", ambiguous=True) from error
        return _id_in(answer)

    def list_sent(self, since: datetime) -> Iterator[SentEmail]:
        """E-mails that were sent since then, newest first; see EmailGateway. Their tags are told of each by itself."""
        for email_ref, sent_at in self._listed(since):
            tags = {tag["name"]: tag["value"] for tag in self._get(f"/emails/{email_ref}").get("tags") or ()}
            yield SentEmail(email_ref, sent_at, tags.get(INVOICE_TAG, ""), tags.get(NUMBER_TAG, ""))

    def _listed(self, since: datetime) -> Iterator[tuple[str, datetime]]:
        """https://resend.com/docs/api-reference/emails/list-emails"""
        after = ""
        while True:
            page = self._get(f"/emails?limit={PAGE_LIMIT}" + (f"&after={after}" if after else ""))
            for email in page["data"]:
                sent_at = datetime.fromisoformat(email["created_at"])
                if sent_at < since:
                    return
                yield email["id"], sent_at
            if not page["has_more"]:
                return
            after = page["data"][-1]["id"]

    def _get(self, path: str) -> Any:
        try:
            return resend.Request[dict[str, Any]](path=path, params={}, verb="get").perform_with_content()
        except ResendError as error:
            raise in_our_words(error) from error
        except NoContentError as error:
            raise Unavailable("Resend's answer is empty") from error


def _id_in(answer: object) -> str:
    email_id = answer.get("id") if isinstance(answer, dict) else None
    if not isinstance(email_id, str) or not email_id:
        raise Unavailable("Resend's answer has no id", ambiguous=True)
    return email_id
