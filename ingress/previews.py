"""`POST /v1/billing/subscriptions/preview/`: a read with a body, answered at once and written nowhere."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StrictBool
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.cycle.plan_change.preview import preview_change
from billing.cycle.services.preview_service import preview_service
from billing.subscriptions.queries import get_subscription
from callers.principal import Principal
from ingress.bodies import read_body
from ingress.bounds import require_own
from ingress.identity import Identity
from ingress.noted import noted
from ingress.queries.answers import as_json
from ingress.reads import Reads
from ingress.validation import parse_json, validated
from schemas.amounts import Quantity
from schemas.commands.subscriptions import PlanWish
from schemas.instants import Instant
from schemas.names import Slug
from schemas.plan_change_views import ChangePreview, ServicePreview
from schemas.views.base import View

BODY_BYTES_MAX = 64 * 1024
PERMISSION = "subscriptions:read"


class PreviewChange(PlanWish):
    """The change to be previewed, and the instant `at` which it would happen; without one it is the account's now."""

    at: Instant | None = None


class PreviewService(BaseModel):
    """The service to be added, or with `is_removed` to be taken away, and the instant `at` which it would happen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Slug
    quantity: Quantity = 1
    is_removed: StrictBool = False
    at: Instant | None = None


class Previews:
    """Tells what a change of plan, or of services, would cost."""

    def __init__(self, reads: Reads, identity: Identity) -> None:
        self._reads = reads
        self._identity = identity

    async def show(self, request: Request) -> Response:
        """The preview, or the reason why the change would be refused."""
        principal = await self._identity.require(request, PERMISSION)
        wanted = validated(PreviewChange, parse_json(await read_body(request.receive, BODY_BYTES_MAX)))
        await require_own(self._reads, principal, dict(wanted))
        return await self._shown(principal, request, wanted.subscription_id, lambda session: preview(session, wanted))

    async def show_service(self, request: Request) -> Response:
        """The same of a service of the subscription in the path."""
        principal = await self._identity.require(request, PERMISSION)
        wanted = validated(PreviewService, parse_json(await read_body(request.receive, BODY_BYTES_MAX)))
        subscription_id: UUID = request.path_params["id"]
        await require_own(self._reads, principal, {"subscription_id": subscription_id})
        return await self._shown(
            principal, request, subscription_id, lambda session: preview_a_service(session, subscription_id, wanted)
        )

    async def _shown(
        self, principal: Principal, request: Request, subscription_id: UUID, read: Callable[[Session], View]
    ) -> Response:
        about = {"subscription_id": subscription_id}
        noting = noted(principal, PERMISSION, request, read, about)
        return as_json(await self._reads.run(noting, principal.sight))


def preview_a_service(session: Session, subscription_id: UUID, wanted: PreviewService) -> ServicePreview:
    """What the service would cost at its instant; raises Rejected as the command itself would be."""
    subscription = get_subscription(session, subscription_id)
    at = wanted.at or now_of(session, subscription.account_id, Wall(datetime.now(UTC)))
    service = wanted.service, wanted.quantity
    return preview_service(session, subscription_id, *service, at, is_removed=wanted.is_removed)


def preview(session: Session, wanted: PreviewChange) -> ChangePreview:
    """What the change would cost at its instant; raises Rejected as the change itself would be."""
    subscription = get_subscription(session, wanted.subscription_id)
    at = wanted.at or now_of(session, subscription.account_id, Wall(datetime.now(UTC)))
    return preview_change(session, wanted, at)
