"""One box for whatever a thing is known by: an exact hit is jumped to, else the accounts that it may be are listed."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billing.approvals.tables import Approval
from billing.catalog.tables import Coupon, Plan
from billing.statements.tables import StatementLine
from billing.whose import THINGS, account_of
from database.audit.tables import AuditEntry
from database.base import Base
from database.inbox import InboxEvent
from database.operations import Operation
from database.outbox import OutboxEntry
from ingress.queries.admin_accounts import AccountSearch, find_accounts
from ingress.queries.invoices import InvoiceFilter, invoices
from portal.console.hands import Hands
from portal.console.showing import Look

PERMISSION = "accounts:search"
ACCOUNTS = "/admin/accounts"
# what has a page of its own, by the field that would name it, and what it takes to see that
PAGES: Mapping[str, tuple[str, str]] = {
    "account_id": (f"{ACCOUNTS}/{{}}", PERMISSION),
    "invoice_id": ("/admin/invoices/{}", "invoices:read"),
    "claim_id": ("/admin/payments/claims/{}", "payments:read"),
    "receipt_id": ("/admin/payments/received/{}", "payments:read"),
    "attempt_id": ("/admin/payments/at-gateways/{}", "payments:read"),
    "refund_id": ("/admin/payments/refunds/{}", "payments:read"),
    "dispute_id": ("/admin/payments/disputes/{}", "disputes:read"),
}
# what is nobody's, by its table
OF_COMPANY: tuple[tuple[type[Base], str, str], ...] = (
    (Approval, "/admin/approvals/{}", "approvals:read"),
    (Plan, "/admin/plans/{}", "price_list:read"),
    (Coupon, "/admin/coupons/{}", "price_list:read"),
    (StatementLine, "/admin/payments/statements/{}", "statements:read"),
    (Operation, "/admin/operations/{}", "work:read"),
    (InboxEvent, "/admin/operations/inbox/{}", "work:read"),
    (OutboxEntry, "/admin/operations/outbox/{}", "work:read"),
    (AuditEntry, "/admin/audit/{}", "audit:read"),
)


class SearchPage:
    """`GET /admin/search?q=`."""

    def __init__(self, hands: Hands) -> None:
        self._showing = hands.showing
        self._colleagues = hands.colleagues

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route("/admin/search", self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """To the thing itself, or to the list."""
        colleague = await self._colleagues.require(request, PERMISSION)
        sought = request.query_params.get("q", "").strip()
        if not sought:
            return RedirectResponse(ACCOUNTS, HTTPStatus.SEE_OTHER)
        found = await self._showing.read(colleague, request, lambda look: _found(look, sought))
        return RedirectResponse(found or f"{ACCOUNTS}?q={quote(sought)}", HTTPStatus.SEE_OTHER)


def _found(look: Look, sought: str) -> str | None:
    """The address of what there is one of."""
    try:
        return _by_id(look, UUID(sought))
    except ValueError:
        return _by_name(look, sought)


def _by_id(look: Look, row_id: UUID) -> str | None:
    for field, (path, permission) in PAGES.items():
        if look.colleague.may(permission) and account_of(look.session, {field: row_id}) is not None:
            return path.format(row_id)
    for table, path, permission in OF_COMPANY:
        if look.colleague.may(permission) and look.session.get(table, row_id) is not None:
            return path.format(row_id)
    # what has no page of its own is shown with its account
    whose = (
        account_of(look.session, {field: row_id}) for field in THINGS if field not in PAGES and field.endswith("_id")
    )
    return next((f"{ACCOUNTS}/{account_id}" for account_id in whose if account_id is not None), None)


def _by_name(look: Look, sought: str) -> str | None:
    try:
        wanted = AccountSearch.model_validate({"q": sought, "limit": "2"})
    except ValidationError:
        return None  # the list says what is wrong with it
    if look.colleague.may("invoices:read") and (invoice_id := _invoice_of(look, sought)):
        return f"/admin/invoices/{invoice_id}"
    found = look.at(PERMISSION, lambda session: find_accounts(session, wanted)).data
    return f"{ACCOUNTS}/{found[0].id}" if len(found) == 1 else None


def _invoice_of(look: Look, sought: str) -> UUID | None:
    """That of a number, to the letter."""
    try:
        wanted = InvoiceFilter.model_validate({"number": sought.upper(), "limit": "1"})
    except ValidationError:
        return None
    found = invoices(look.session, wanted).data
    return found[0].id if found else None
