"""Another plan: what is on offer, what a change costs to the cent before anybody agrees, and to take one back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billing.catalog.plans import list_plans
from billing.cycle.plan_change.preview import preview_change
from billing.errors import Rejected
from billing.subscriptions.queries import show_subscription
from portal.account.plan_offers import choices_of, is_run_here, may_be_taken_back
from portal.forms import read_form
from portal.hands import Hands
from portal.once import with_key
from portal.shell import Shell, read_shell
from portal.showing import Content
from portal.staging import FormErrors, command_of
from portal.visitors import Visitor
from schemas.commands.subscriptions import ChangePlan
from schemas.plan_change_views import ChangePreview
from schemas.views.subscriptions import SubscriptionView

PERMISSION = ChangePlan.permission
NO_ERRORS: Mapping[str, str] = {}
# what a form, or an address, says of the plan that is wanted
ASKED = ("plan", "interval", "when")
LATER = "period_end"


@dataclass(frozen=True, slots=True)
class Review:
    """What a change comes to, or why it cannot be had; `later` is the invoice of the period after, where one comes."""

    shown: ChangePreview | None
    later: ChangePreview | None
    refused: Rejected | None


class PlanChange:
    """`/account/plan`, which leads there, and `plans`, `change` and `stay` below a subscription."""

    def __init__(self, hands: Hands) -> None:
        self._reads = hands.reads
        self._showing = hands.showing
        self._visitors = hands.visitors
        self._staging = hands.staging

    def routes(self) -> list[Route]:
        """Its addresses."""
        one = "/account/billing/{id:uuid}"
        return [
            Route("/account/plan", self.lead, methods=["GET"]),
            Route(f"{one}/plans", self.offer, methods=["GET"]),
            Route(f"{one}/change", with_key(self.review), methods=["GET"]),
            Route(f"{one}/change", self.change, methods=["POST"]),
            Route(f"{one}/stay", self.stay, methods=["POST"]),
        ]

    async def lead(self, request: Request) -> Response:
        """To the plans for the subscription that runs; to the plan where none does."""
        visitor = await self._visitors.require(request, PERMISSION)
        plan = (await self._reads.run(lambda session: read_shell(session, visitor), visitor.principal.sight)).plan
        return RedirectResponse(f"/account/billing/{plan.id}/plans" if plan else "/account/billing", 303)

    async def offer(self, request: Request) -> Response:
        """The plans on offer in the subscription's currency."""
        return await self._offered(request, NO_ERRORS)

    async def review(self, request: Request) -> Response:
        """What the wanted plan costs now, from then on, and in credits; and one button."""
        asked = {name: request.query_params.get(name, "") for name in ASKED}
        return await self._reviewed(request, asked)

    async def change(self, request: Request) -> Response:
        """Stage exactly what was shown: if anything of it is another by then, it is refused."""
        visitor = await self._visitors.require(request, PERMISSION)
        fields = await read_form(request)
        quoted = {"at": fields.get("at", ""), "fingerprint": fields.get("fingerprint", "")}
        subscription = await self._find(request, visitor)
        try:
            command = command_of(ChangePlan, {**_wish(subscription, fields), "quoted": quoted})
        except FormErrors as errors:
            return await self._offered(request, errors.by_field)
        return await self._staging.say(visitor, command, fields)

    async def stay(self, request: Request) -> Response:
        """Take back what is planned, or waits for its payment: the plan stays as it is."""
        visitor = await self._visitors.require(request, PERMISSION)
        fields = await read_form(request)
        subscription = await self._find(request, visitor)
        present = {"plan": subscription.plan, "interval": subscription.interval}
        return await self._staging.say(visitor, command_of(ChangePlan, _wish(subscription, present)), fields)

    async def _find(self, request: Request, visitor: Visitor) -> SubscriptionView:
        subscription_id: UUID = request.path_params["id"]
        return await self._reads.run(
            lambda session: show_subscription(session, subscription_id), visitor.principal.sight
        )

    async def _offered(self, request: Request, errors: Mapping[str, str]) -> Response:
        subscription_id: UUID = request.path_params["id"]

        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            subscription = show_subscription(session, subscription_id)
            choices = choices_of(list_plans(session), subscription)
            may_stay = may_be_taken_back(session, subscription)
            here = {"errors": errors, "is_run_here": is_run_here(subscription), "may_stay": may_stay}
            return {"subscription": subscription, "choices": choices, **here}

        return await self._showing.page(request, PERMISSION, "account/plans.html", read)

    async def _reviewed(self, request: Request, asked: Mapping[str, str]) -> Response:
        visitor = await self._visitors.require(request, PERMISSION)
        subscription = await self._find(request, visitor)
        try:
            wish = command_of(ChangePlan, _wish(subscription, asked))
        except FormErrors as errors:
            return await self._offered(request, errors.by_field)

        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            named = {each.plan.slug: each.plan.name for each in choices_of(list_plans(session), subscription)}
            review = _look(session, wish, shell)
            return {"subscription": subscription, "wish": wish, "review": review, "names": named}

        return await self._showing.page_of(visitor, request, "account/plan_review.html", read)


def _wish(subscription: SubscriptionView, asked: Mapping[str, str]) -> dict[str, Any]:
    """The command's fields: the currency is that of the subscription."""
    plan = {name: asked.get(name, "") for name in ("plan", "interval")}
    chosen = {name: value for name, value in plan.items() if value}
    return {
        "subscription_id": subscription.id,
        "plan": {**chosen, "currency": subscription.currency},
        "when": asked.get("when", ""),
    }


def _look(session: Session, wish: ChangePlan, shell: Shell) -> Review:
    """By the functions that book it. What comes with the next period is left out where that is refused or shown."""
    try:
        shown = preview_change(session, wish, shell.now)
    except Rejected as refused:
        return Review(None, None, refused)
    if shown.when == LATER:
        return Review(shown, shown, None)
    try:
        later = preview_change(session, wish.model_copy(update={"when": LATER}), shell.now)
    except Rejected:
        later = None
    return Review(shown, later, None)
