"""Accounts: found by whatever they are known by, each with all that belongs to it and its one time line."""

from urllib.parse import urlencode
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing.subscriptions.tables import SubscriptionStatus
from ingress.queries.admin_accounts import AccountSearch, ActivityFilter, account_activity, account_file, find_accounts
from portal.console.hands import Hands
from portal.console.lists import Listed
from portal.console.showing import Content, Look
from portal.forms import errors_by_field
from schemas.commands.accounts import ActivateAccount, SuspendAccount
from schemas.commands.credits import AdjustCredits
from schemas.commands.invoices import CreateInvoice
from schemas.views.accounts import AccountStatus
from schemas.views.activity import ActivityKind

PERMISSION = "accounts:search"
# who answers customers may look at their pages, see `portal.console.looking`
LOOKS = "settings:write"
SORTS = {"-created": "newest first", "created": "oldest first", "name": "by name", "-name": "by name, from Z on"}
ASKED_OF_TIME_LINE = ("kind", "created_from", "created_until", "cursor")

ACCOUNTS = Listed(
    "/admin/accounts",
    "console/accounts.html",
    PERMISSION,
    AccountSearch,
    find_accounts,
    ("q", "status", "plan", "subscription", "created_from", "created_until"),
    {
        "sorts": SORTS,
        "statuses": [str(each) for each in AccountStatus],
        "subscription_statuses": [str(each) for each in SubscriptionStatus],
    },
    columns=(
        "id",
        "name",
        "status",
        "owner",
        "billing_email",
        "billing_address.country",
        "tax_id",
        "plans",
        "created_at",
    ),
)


class AccountPage:
    """`GET /admin/accounts/{id}`."""

    def __init__(self, hands: Hands) -> None:
        self._showing = hands.showing
        self._colleagues = hands.colleagues

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route("/admin/accounts/{id:uuid}", self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """All of it; filters of the time line stand in the address."""
        account_id: UUID = request.path_params["id"]
        colleague = await self._colleagues.require(request, PERMISSION)
        asked = {name: request.query_params[name] for name in ASKED_OF_TIME_LINE if request.query_params.get(name)}
        errors: dict[str, str] = {}
        try:
            wanted = ActivityFilter.model_validate({**asked, "id": account_id})
        except ValidationError as error:
            errors, wanted = errors_by_field(error), ActivityFilter(id=account_id)

        def read(look: Look) -> Content:
            found = look.at(PERMISSION, lambda session: account_file(session, account_id), {"account_id": account_id})
            line = account_activity(look.session, wanted)
            return {"account": found, "line": line, "asked": asked, "errors": errors, **_around(account_id, asked)}

        return await self._showing.page_of(colleague, request, "console/account.html", read)


def _around(account_id: UUID, asked: dict[str, str]) -> dict[str, object]:
    filters = {name: value for name, value in asked.items() if name != "cursor"}
    return {
        "kinds": [str(each) for each in ActivityKind],
        "following": f"/admin/accounts/{account_id}?{urlencode(filters)}",
        "suspends": SuspendAccount.permission,
        "activates": ActivateAccount.permission,
        "adjusts": AdjustCredits.permission,
        "bills": CreateInvoice.permission,
        "looks": LOOKS,
    }
