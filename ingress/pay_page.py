"""The page that mails about an unpaid invoice link to: what is owed, a button for each gateway, and behind it its page.

It needs no login: whoever has the mail may pay. GET changes nothing, so that whatever reads mails may follow the link;
the button stages the command and leads on to the page that it opened.
"""

import time
from typing import Any
from urllib.parse import parse_qs

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from billing.invoices.pay_link import find_payable
from callers.principal import Kind, Principal
from database.sight import EVERYTHING
from ingress.acceptance import Acceptance
from ingress.bodies import read_body
from ingress.connection_limit import address_of
from ingress.limits.failures import Failures
from ingress.reads import Reads
from ingress.seller_page import HEADERS, SellerPage
from ingress.waiting import Waiting
from schemas.commands.payments import PayInvoice
from schemas.views.invoices import PayableView

log = structlog.get_logger(__name__)

# Whoever has the mail may pay this invoice, and is nobody beyond that.
HOLDER = Principal(Kind.LINK, "pay_link", "pay_link", frozenset({PayInvoice.permission}))
WAIT_SECONDS = 10.0
# One command per invoice, gateway and minute, however often the button is pressed.
MINUTE_SECONDS = 60
BODY_BYTES_MAX = 1_000
NEXT = "You pay on the page of our payment provider."


class PayPage:
    """`/pay/{token}/`."""

    def __init__(
        self,
        reads: Reads,
        acceptance: Acceptance,
        waiting: Waiting,
        page: SellerPage,
        public_url: str,
        failures: Failures,
    ) -> None:
        self._reads = reads
        self._acceptance = acceptance
        self._waiting = waiting
        self._page = page
        self._public_url = public_url.rstrip("/")
        self._failures = failures

    async def show(self, request: Request) -> Response:
        """What is owed, and the button to pay it; after the payment a word of thanks."""
        payable = await self._find(request)
        if payable is None:
            return self._unknown()
        if payable.is_paid:
            return self._paid(payable)
        if not payable.is_payable:
            return self._page.answer(f"Invoice {payable.number}", "There is nothing to pay any more.")
        if "paid" in request.query_params:
            return self._page.answer("Thank you", f"Your payment of invoice {payable.number} is on its way to us.")
        text = f"{payable.amount} are to be paid."
        buttons = _buttons(payable, "Pay now")
        return self._page.answer(f"Invoice {payable.number}", text, buttons=buttons, below=NEXT)

    async def pay(self, request: Request) -> Response:
        """Stage the command, wait a moment for it, and lead on."""
        chosen = _chosen(await read_body(request.receive, BODY_BYTES_MAX))
        payable = await self._find(request)
        if payable is None:
            return self._unknown()
        gateway = next((way.gateway for way in payable.ways if way.gateway == chosen), None)
        command = _command(payable, gateway, f"{self._public_url}/pay/{request.path_params['token']}/")
        stored = await self._acceptance.accept(HOLDER, command, _idempotency_key(command), BODY_BYTES_MAX)
        row = await self._waiting.outcome(stored, WAIT_SECONDS)
        url = (row.result or {}).get("checkout_url")
        if url:
            return RedirectResponse(url, 303, HEADERS)
        return self._not_yet(payable, row.problem or {})

    def _not_yet(self, payable: PayableView, problem: dict[str, Any]) -> Response:
        if str(problem.get("type", "")).endswith(":invoice_paid"):
            return self._paid(payable)
        if str(problem.get("type", "")).endswith(":method_not_offered"):
            text = "This invoice cannot be paid on a page. Please pay as the invoice itself says, or write to us."
            return self._page.answer(f"Invoice {payable.number}", text)
        log.info("pay_page_not_open", invoice_id=str(payable.invoice_id), problem=problem.get("type"))
        # one that is offered and not connected yet stays so for longer than a minute, and nobody here can tell
        other = ", or pay in another way" if len(payable.ways) > 1 else ""
        text = f"The payment page could not be opened just now. Please try again in a minute{other}."
        buttons = _buttons(payable, "Try again")
        return self._page.answer(f"Invoice {payable.number}", text, buttons=buttons, below=NEXT, status=503)

    def _paid(self, payable: PayableView) -> Response:
        return self._page.answer("Thank you", f"Invoice {payable.number} is paid.")

    def _unknown(self) -> Response:
        return self._page.answer("Not found", "There is no invoice under this address.", status=404)

    async def _find(self, request: Request) -> PayableView | None:
        if not self._public_url:
            return None
        token, address = request.path_params["token"], address_of(request)
        self._failures.require_few(address)
        # whose invoice it is, the link does not say: it names one invoice, and nobody can guess it
        payable = await self._reads.run(lambda session: find_payable(session, token), EVERYTHING)
        if payable is None:
            self._failures.note(address)
        return payable


def _buttons(payable: PayableView, label: str) -> dict[str, str]:
    """One says what it does, of several each says how."""
    if len(payable.ways) > 1:
        return {way.gateway: f"Pay with {way.display_name}" for way in payable.ways}
    return {payable.ways[0].gateway if payable.ways else "": label}


def _chosen(body: bytes) -> str:
    """Which button was pressed; whoever posts something else has chosen nothing."""
    fields = parse_qs(body.decode("ascii", "replace"))
    return fields.get("gateway", [""])[0]


def _command(payable: PayableView, gateway: str | None, here: str) -> PayInvoice:
    return PayInvoice(invoice_id=payable.invoice_id, success_url=f"{here}?paid", cancel_url=here, gateway=gateway)


def _idempotency_key(command: PayInvoice) -> str:
    return f"{command.invoice_id}/{command.gateway or ''}/{int(time.time()) // MINUTE_SECONDS}"
