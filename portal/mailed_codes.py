"""Codes that are mailed: to who wants to be let in, and to who is in and wants to do what is dangerous."""

from datetime import UTC, datetime
from http import HTTPStatus
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request

from billing.callers.ask_to_sign_in import Asking, ask_to_sign_in
from database.api_keys import hash_key
from database.outbox import STAGED
from database.sight import EVERYTHING
from ingress.connection_limit import address_of, network_of
from ingress.reads import Reads
from ingress.ringing import Ringer
from portal.entering import TOKEN_BYTES
from portal.forms import read_form
from portal.refused import Refused

WRONG = "This code is not right. It is the one of the newest mail, and good for ten minutes."
OVER = "No code can be typed any more here: it was tried too often, or its time is over. Ask for another mail."
# longer than anything in a mail is good for
COOKIE_SECONDS = 3_600


class MailedCodes:
    """Has them mailed. Each network may ask for so many within an hour."""

    def __init__(self, reads: Reads, mails: Ringer, per_network_max: int) -> None:
        self._reads = reads
        self._mails = mails
        self._per_network_max = per_network_max

    async def ask(self, request: Request, email: str, session_id: UUID | None = None, known: str = "") -> str:
        """Stage the mail; the cookie for this browser, to which its code is bound. Raises Refused 429.

        By the hash `known` this browser is known to have been signed in.
        """
        cookie = token_urlsafe(TOKEN_BYTES)
        asking = Asking(email, hash_key(cookie), str(network_of(address_of(request))), session_id, known)
        staged = await self._reads.run(lambda session: _ask(session, asking, self._per_network_max), EVERYTHING)
        if staged is None:
            text = "Too many mails were asked for within the hour. Try it later, or open the page from your product."
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "Too many mails", text)
        self._mails.ring_for(staged)
        return cookie


async def typed_code(request: Request) -> str:
    """The digits of a form, however they were grouped."""
    return "".join((await read_form(request)).get("code", "").split())


def _ask(session: Session, asking: Asking, per_network_max: int) -> list[UUID] | None:
    """What is to be rung for; None for too many."""
    if not ask_to_sign_in(session, asking, per_network_max, datetime.now(UTC)):
        return None
    return [row_id for _, row_id in session.info.pop(STAGED, [])]
