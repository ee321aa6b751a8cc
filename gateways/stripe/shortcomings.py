"""What is missing in the settings that a person makes in Stripe's dashboard."""

from collections.abc import Iterator, Sequence

from gateways.stripe.answers import reader
from gateways.stripe.calls import Calls
from gateways.stripe.shapes import API_VERSION, Json
from gateways.stripe.translate import HANDLED_TYPES

ALL_EVENTS = "*"


class Shortcomings(Calls):
    """Looks at them and changes nothing."""

    def list_shortcomings(self, webhook_path: str, webhook_secrets: Sequence[str]) -> list[str]:
        """See `gateways.ports.Shortcomings`. Stripe lists no secrets: a wrong one shows when events are refused."""
        endpoints = list(self._all("/v1/webhook_endpoints", {}))
        portals = list(self._all("/v1/billing_portal/configurations", {"active": "true", "is_default": "true"}))
        return [*_of_endpoints(endpoints, webhook_path), *_of_portals(portals)]


@reader
def _of_endpoints(endpoints: list[Json], path: str) -> list[str]:
    """All that are ours: two of them would each have to be right, for whatever one brings is taken."""
    ours = [each for each in endpoints if each["url"].rstrip("/").endswith(path.rstrip("/"))]
    if not ours:
        return [f"no webhook endpoint ends in {path}"]
    return [sentence for each in ours for sentence in _of_endpoint(each)]


def _of_endpoint(endpoint: Json) -> Iterator[str]:
    name = endpoint["id"]
    if endpoint["status"] != "enabled":
        yield f"the endpoint {name} is {endpoint['status']}"
    enabled = set(endpoint["enabled_events"])
    if ALL_EVENTS not in enabled and (lacking := sorted(HANDLED_TYPES.keys() - enabled)):
        yield f"the endpoint {name} lacks {', '.join(lacking)}"
    if endpoint["api_version"] != API_VERSION:
        version = endpoint["api_version"] or "the account's default"
        yield f"the endpoint {name} has the API version {version}, not {API_VERSION}"


def _of_portals(portals: list[Json]) -> Iterator[str]:
    if not portals:
        yield "the customer portal has no default configuration: save its settings in the dashboard"
