"""Plan and billing: what an account has, what it will cost next, and its last invoices; to end it and to keep it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billing.cycle.renewal.next_charge import next_charge
from billing.invoices.queries import list_invoices
from billing.subscriptions.queries import show_subscription
from database.pages import Paging
from portal.account.plan_offers import may_be_taken_back
from portal.forms import read_form
from portal.hands import Hands
from portal.once import with_key
from portal.shell import Shell, read_shell
from portal.showing import Content
from portal.staging import FormErrors, command_of
from portal.visitors import Visitor
from schemas.commands.base import Command
from schemas.commands.subscriptions import CancelSubscription, ReactivateSubscription
from schemas.views.subscriptions import SubscriptionView

PERMISSION = "subscriptions:read"
LAST_INVOICES = 5
NO_ERRORS: Mapping[str, str] = {}


class BillingPage:
    """`/account/billing`, and `cancel` and `keep` below it."""

    def __init__(self, hands: Hands) -> None:
        self._reads = hands.reads
        self._showing = hands.showing
        self._visitors = hands.visitors
        self._staging = hands.staging

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/account/billing", self.show, methods=["GET"]),
            Route("/account/cancel", self.lead_to_cancel, methods=["GET"]),
            Route("/account/billing/{id:uuid}/cancel", with_key(self.ask_to_cancel), methods=["GET"]),
            Route("/account/billing/{id:uuid}/cancel", self.cancel, methods=["POST"]),
            Route("/account/billing/{id:uuid}/keep", self.keep, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The subscriptions that run, each with its next amount, and the last invoices."""
        return await self._showing.page(request, PERMISSION, "account/billing.html", _read)

    async def lead_to_cancel(self, request: Request) -> Response:
        """To the page on which the subscription that runs is canceled; to the plan where none does."""
        visitor = await self._visitors.require(request, CancelSubscription.permission)
        plan = (await self._reads.run(lambda session: read_shell(session, visitor), visitor.principal.sight)).plan
        return RedirectResponse(f"/account/billing/{plan.id}/cancel" if plan else "/account/billing", 303)

    async def ask_to_cancel(self, request: Request) -> Response:
        """What will end and what stays, and one button."""
        subscription_id: UUID = request.path_params["id"]
        return await self._asked(request, subscription_id, NO_ERRORS)

    async def cancel(self, request: Request) -> Response:
        """Stage it; what is wrong is shown in the form, as it was filled in."""
        return await self._said(request, CancelSubscription)

    async def keep(self, request: Request) -> Response:
        """Take a cancellation back."""
        return await self._said(request, ReactivateSubscription)

    async def _said(self, request: Request, command_class: type[Command]) -> Response:
        visitor = await self._visitors.require(request, command_class.permission)
        fields = await read_form(request)
        named = {"subscription_id": str(request.path_params["id"])}
        try:
            command = command_of(command_class, {**fields, **named})
        except FormErrors as errors:
            return await self._asked(request, request.path_params["id"], errors.by_field)
        return await self._staging.say(visitor, command, fields)

    async def _asked(self, request: Request, subscription_id: UUID, errors: Mapping[str, str]) -> Response:
        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            return {"subscription": show_subscription(session, subscription_id), "errors": errors}

        return await self._showing.page(request, CancelSubscription.permission, "account/cancel.html", read)


def _read(session: Session, visitor: Visitor, shell: Shell) -> Content:
    may_see_papers = visitor.may("invoices:read")
    paging = Paging(limit=LAST_INVOICES)
    invoices = list_invoices(session, paging, account_id=visitor.account_id).data if may_see_papers else []
    running = [each for each in shell.subscriptions if each.ended_at is None]
    return {
        "running": [_with_next(session, each) for each in running],
        "invoices": invoices,
        "may_change": visitor.may(CancelSubscription.permission),
    }


def _with_next(session: Session, shown: SubscriptionView) -> dict[str, Any]:
    may_stay = may_be_taken_back(session, shown)
    return {"subscription": shown, "next": next_charge(session, shown.id), "may_stay": may_stay}
