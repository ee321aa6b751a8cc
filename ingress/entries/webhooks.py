"""What gateways tell us, at a path per vendor."""

from gateways.registry import vendors_with_doors
from ingress.bodies import read_body
from ingress.entries.entry import Answers, Entry, Form
from ingress.webhooks import Webhooks
from schemas.views.webhooks import ReceivedView

FORM = Form(takes="application/json", view=ReceivedView, parts=(Webhooks, read_body))


def _webhook(name: str) -> Entry:
    does = Answers("a webhook", lambda parts: parts.webhooks[name], callers="its gateway, by signature", form=FORM)
    return Entry("POST", f"/v1/billing/webhooks/{name}/", does)


def entries() -> tuple[Entry, ...]:
    """One for each vendor of the registry that has a door."""
    return tuple(_webhook(name) for name in vendors_with_doors())
