"""What is dangerous takes a code of the authenticator, unless one was shown within the last five minutes.

It is typed into the form that does it, so nothing typed is lost. With it the cookie is changed: whoever has copied the
one before is out.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from secrets import token_urlsafe
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session
from starlette.requests import Request

from billing.callers.count_try import count_try
from billing.callers.renew_proof import renew_proof
from credentials.errors import Sealed
from credentials.master_keys import MasterKeys
from credentials.second_factors import use_code
from database.api_keys import hash_key
from database.sight import NOTHING
from ingress.reads import Reads
from portal.console.colleagues import Colleague
from portal.entering import TOKEN_BYTES
from portal.frame import CHANGED_COOKIE
from portal.refused import Refused
from schemas.commands.approvals import ApproveOperation
from schemas.commands.base import Command
from schemas.commands.callers import COMMANDS as OF_CALLERS
from schemas.commands.manual_payments import ApprovePayment
from schemas.commands.offered import OfferPaymentMethod, UpdateOfferedMethod
from schemas.commands.providers import COMMANDS as OF_PROVIDERS
from schemas.commands.refunds import CreditInvoice, RefundPayment

log = structlog.get_logger(__name__)
CODE = "code"
# money that leaves, the word of a second person, who may do what, and whom the company's money is asked from
DANGEROUS: frozenset[type[Command]] = frozenset({
    RefundPayment, CreditInvoice, ApprovePayment, ApproveOperation, OfferPaymentMethod, UpdateOfferedMethod,
    *OF_CALLERS, *OF_PROVIDERS,
})  # fmt: skip
Answer = TypeVar("Answer")


class Fresh:
    """Takes codes in the middle of a session."""

    def __init__(self, reads: Reads, keys: MasterKeys) -> None:
        self._reads = reads
        self._keys = keys

    async def why_not(self, request: Request, colleague: Colleague, code: str) -> str:
        """Why a code is not taken, empty where it is: each is once, and a few may be tried.

        With one that is taken the cookie is changed, whatever comes of the form.

        Raises Refused 401 where the session has ended by that, and 503 where nothing can be unsealed.
        """
        typed = "".join(code.split())
        if not typed:
            return "Type the six digits that your authenticator shows."
        cookie = token_urlsafe(TOKEN_BYTES)
        is_right, left = await unsealed(
            self._reads, lambda session: self._tried(session, colleague, typed, hash_key(cookie))
        )
        if is_right:
            request.scope[CHANGED_COOKIE] = cookie
            log.info("console_proven_again", session_id=str(colleague.session_id))
            return ""
        log.warning("console_code_refused", session_id=str(colleague.session_id), staff_id=str(colleague.staff_id))
        if not left:
            raise too_many_codes()
        return f"This code is not right, or was used already. You may try {left} more."

    def _tried(self, session: Session, colleague: Colleague, code: str, token: str) -> tuple[bool, int | None]:
        """The try is counted whatever comes of it."""
        left = count_try(session, colleague.session_id)
        if left is None or not use_code(session, self._keys, colleague.staff_id, code, datetime.now(UTC)):
            return False, left
        return renew_proof(session, colleague.session_id, token), left


async def unsealed(reads: Reads, read: Callable[[Session], Answer]) -> Answer:
    """What is read by a secret of an authenticator. Raises Refused 503 where that stays sealed."""
    try:
        return await reads.run(read, NOTHING)
    except Sealed:
        text = "What your authenticator knows stays sealed: the console was not told the master key of it."
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "The console lacks a key", text) from None


def too_many_codes() -> Refused:
    """Of who has tried for too often: their session is over."""
    text = "Too many codes were wrong. Let an operator print you another link."
    return Refused(HTTPStatus.UNAUTHORIZED, "Please begin again", text)
