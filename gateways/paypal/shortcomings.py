"""What is missing in the settings that a person makes in PayPal's dashboard."""

from collections.abc import Iterator

from gateways.paypal.answers import reader
from gateways.paypal.calls import Calls
from gateways.paypal.shapes import Json, items_of, text
from gateways.paypal.translate import HANDLED_TYPES

WEBHOOKS = "/v1/notifications/webhooks"
ALL_EVENTS = "*"


class Shortcomings(Calls):
    """Looks at them and changes nothing."""

    def list_shortcomings(self, webhook_path: str) -> list[str]:
        """See `gateways.ports.Shortcomings`."""
        return _of_webhooks(self._list(WEBHOOKS, {}), webhook_path)


@reader
def _of_webhooks(listed: Json, path: str) -> list[str]:
    """All that are ours: two of them would each have to be right, for whatever one brings is taken."""
    listed["webhooks"]
    webhooks = items_of(listed, "webhooks")
    ours = [each for each in webhooks if text(each, "url").rstrip("/").endswith(path.rstrip("/"))]
    if not ours:
        return [f"no webhook ends in {path}"]
    return [sentence for each in ours for sentence in _of_webhook(each)]


def _of_webhook(webhook: Json) -> Iterator[str]:
    subscribed = {text(each, "name") for each in items_of(webhook, "event_types")}
    if ALL_EVENTS not in subscribed and (lacking := sorted(HANDLED_TYPES.keys() - subscribed)):
        yield f"the webhook {webhook['id']} lacks {', '.join(lacking)}"
