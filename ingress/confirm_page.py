"""The page that a mail about a new billing e-mail links to: which address it is, and a button that confirms it.

It needs no login: whoever has the mail reads what is sent to the address, and that is all that is to be shown. GET
changes nothing, since programs that look for harmful mails open every link in them; only the button stages the command.
"""

from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.accounts.queries import find_account_of_token, find_waiting_by_token
from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from callers.principal import Kind, Principal
from database.sight import EVERYTHING
from ingress.acceptance import Acceptance
from ingress.connection_limit import address_of
from ingress.limits.failures import Failures
from ingress.reads import Reads
from ingress.seller_page import SellerPage
from ingress.waiting import Waiting
from schemas.commands.accounts import ConfirmEmail

# Whoever has the mail may confirm this address, and is nobody beyond that.
HOLDER = Principal(Kind.LINK, "confirm_link", "confirm_link", frozenset({ConfirmEmail.permission}))
WAIT_SECONDS = 10.0
TITLE = "Your billing e-mail"


class ConfirmPage:
    """`/confirm-email/{token}/`."""

    def __init__(
        self,
        reads: Reads,
        acceptance: Acceptance,
        waiting: Waiting,
        page: SellerPage,
        failures: Failures,
    ) -> None:
        self._reads = reads
        self._acceptance = acceptance
        self._waiting = waiting
        self._page = page
        self._failures = failures

    async def show(self, request: Request) -> Response:
        """Which address, and the button."""
        email = await self._find(request)
        if email is None:
            return self._unknown()
        text = f"Invoices and other mails about payments are to be sent to {email}."
        return self._page.answer(TITLE, text, buttons={"confirm": "Confirm this address"})

    async def confirm(self, request: Request) -> Response:
        """Stage the command and wait a moment for it. Pressed twice it is the same one."""
        token: str = request.path_params["token"]
        if await self._find(request) is None:
            return self._unknown()
        # the key is kept: of the token it tells the hash
        stored = await self._acceptance.accept(
            HOLDER, ConfirmEmail(token=token), sha256(token.encode()).hexdigest(), len(token)
        )
        row = await self._waiting.outcome(stored, WAIT_SECONDS)
        if row.problem:
            return self._unknown()
        if row.result:
            return self._page.answer("Thank you", f"{row.result['billing_email']} is the billing e-mail from now on.")
        return self._page.answer("Thank you", "Your address is being confirmed; this takes a moment.", status=202)

    async def _find(self, request: Request) -> str | None:
        """The address that waits for this link. Raises Problem 429 for whoever tries many that are none."""
        token, address = request.path_params["token"], address_of(request)
        self._failures.require_few(address)
        email = await self._reads.run(lambda session: _waiting_email(session, token), EVERYTHING)
        if email is None:
            self._failures.note(address)
        return email

    def _unknown(self) -> Response:
        text = "This link was used before or is over. Where it is still needed, ask for another mail."
        return self._page.answer("Not found", text, status=404)


def _waiting_email(session: Session, token: str) -> str | None:
    account_id = find_account_of_token(session, token)
    if account_id is None:
        return None
    waiting = find_waiting_by_token(session, token, now_of(session, account_id, Wall(datetime.now(UTC))))
    return waiting.email if waiting else None
