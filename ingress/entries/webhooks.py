"""What gateways tell us, at a path per vendor."""

from gateways.registry import vendors_with_doors
from ingress.entries.entry import Answers, Entry


def _webhook(name: str) -> Entry:
    does = Answers("a webhook", lambda parts: parts.webhooks[name], callers="its gateway, by signature")
    return Entry("POST", f"/v1/billing/webhooks/{name}/", does)


def entries() -> tuple[Entry, ...]:
    """One for each vendor of the registry that has a door."""
    return tuple(_webhook(name) for name in vendors_with_doors())
