"""Who answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp

from ingress.commands import Commands
from ingress.confirm_page import ConfirmPage
from ingress.endpoint_secrets import ShownSecrets
from ingress.health import Health
from ingress.metrics import Metrics
from ingress.new_keys import NewKeys
from ingress.operations import Operations
from ingress.pay_page import PayPage
from ingress.portal_links import PortalLinks
from ingress.previews import Previews
from ingress.queries.answers import Queries
from ingress.queries.team import Invited

if TYPE_CHECKING:
    from ingress.openapi.served import Reference  # it reads the entries, whose endpoints are made of these parts

# a function of a request, or, for webhooks, an ASGI application: what Starlette takes
Endpoint = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one process's door that requests are handed to."""

    webhooks: Mapping[str, ASGIApp]
    command: Commands
    new_keys: NewKeys
    portal_links: PortalLinks
    query: Queries
    previews: Previews
    pay_page: PayPage
    confirm_page: ConfirmPage
    invited: Invited
    operations: Operations
    endpoint_secrets: ShownSecrets
    health: Health
    metrics: Metrics
    reference: "Reference"
