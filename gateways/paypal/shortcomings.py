"""What is missing in the settings that a person makes in PayPal's dashboard."""

from collections.abc import Iterator, Sequence

from gateways.paypal.answers import reader
from gateways.paypal.calls import Calls
from gateways.paypal.shapes import Json, items_of, text
from gateways.paypal.translate import HANDLED_TYPES
from gateways.reasons import masked_secret

WEBHOOKS = "/v1/notifications/webhooks"
ALL_EVENTS = "*"
NO_PAYEE = "whom a payment came to is not compared; run `cashbeat provider set paypal merchant_id ID`"


class Shortcomings(Calls):
    """Looks at them and changes nothing."""

    def list_shortcomings(self, webhook_path: str, webhook_secrets: Sequence[str]) -> list[str]:
        """See `gateways.ports.Shortcomings`. What its webhooks are checked by are their own ids."""
        of_webhooks = _of_webhooks(self._list(WEBHOOKS, {}), webhook_path, webhook_secrets)
        return of_webhooks if self._merchant_id else [*of_webhooks, NO_PAYEE]


@reader
def _of_webhooks(listed: Json, path: str, known_ids: Sequence[str]) -> list[str]:
    """All that are ours: two of them would each have to be right, for whatever one brings is taken."""
    listed["webhooks"]
    webhooks = items_of(listed, "webhooks")
    ours = [each for each in webhooks if text(each, "url").rstrip("/").endswith(path.rstrip("/"))]
    if not ours:
        return [f"no webhook ends in {path}"]
    return [sentence for each in ours for sentence in _of_webhook(each, known_ids)]


def _of_webhook(webhook: Json, known_ids: Sequence[str]) -> Iterator[str]:
    if known_ids and webhook["id"] not in known_ids:
        shown = ", ".join(map(masked_secret, known_ids))
        yield f"the webhook {webhook['id']} is not what webhook_secret says ({shown}): each of its events is refused"
    subscribed = {text(each, "name") for each in items_of(webhook, "event_types")}
    if ALL_EVENTS not in subscribed and (lacking := sorted(HANDLED_TYPES.keys() - subscribed)):
        yield f"the webhook {webhook['id']} lacks {', '.join(lacking)}"
