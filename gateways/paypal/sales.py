"""What has left of a sale, a payment of a subscription. No order lists it, and neither does the sale.

PayPal tells of each refund at once by an event, and some hours later in its search of transactions. Both together tell
of all: what the search does not list yet is the reason for which the sale was changed last.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import orjson

from billing.errors import Unavailable
from gateways.paypal.amounts import from_paypal
from gateways.paypal.answers import reader
from gateways.paypal.calls import segment
from gateways.paypal.events_list import EventsList
from gateways.paypal.reversal_shapes import refund_of
from gateways.paypal.shapes import SUBSCRIPTION_MARK, Json, first_under, inside, instant, link, named_in, text
from gateways.paypal.transactions import Transactions, reversals_in

REFUNDS = "/v2/payments/refunds"
REFUNDED = "REFUNDED"
CHANGED = frozenset({REFUNDED, "PARTIALLY_REFUNDED"})
TOLD_BY = ("PAYMENT.SALE.REFUNDED", "PAYMENT.SALE.REVERSED")
SEARCH_LAG_MAX = timedelta(days=1)  # three hours, as a rule


class Sales(EventsList, Transactions):
    """Looks up refunds and reversals of sales."""

    def _left_of_sale(self, sale: Json, disputed_minor: int = 0) -> list[Json]:
        """All that has left of it, but for what disputes took. Raises Unavailable as long as PayPal tells a part."""
        if not is_changed(sale):
            return []
        references = dict.fromkeys((*self._searched(sale), *self._told(sale)))
        found = [self._known(f"{REFUNDS}/{segment(each)}", each) for each in references]
        left = [refund for refund in found if refund is not None]
        if not is_all(sale, left, disputed_minor):
            raise Unavailable(f"PayPal does not list yet what has left of the sale {sale['id']}")
        return left

    def _searched(self, sale: Json) -> Iterator[str]:
        for page in self._search(instant(sale["create_time"])):
            yield from reversals_in(page, sale["id"])

    def _told(self, sale: Json) -> Iterator[str]:
        since = instant(sale["update_time"]) - SEARCH_LAG_MAX
        for body in self.list_events(created_after=since, types=TOLD_BY):
            yield from refunds_told_by(body, sale["id"])


@reader
def is_changed(sale: Json) -> bool:
    """Whether anything has left of it, by its status."""
    return sale["status"] in CHANGED


@reader
def is_all(sale: Json, left: Sequence[Json], disputed_minor: int = 0) -> bool:
    """Whether these account for the status of the sale."""
    minor = disputed_minor + sum(refund_of(each).left_minor for each in left)
    return minor >= from_paypal(sale["amount"]).minor if sale["status"] == REFUNDED else minor > 0


@reader
def refunds_told_by(body: bytes, sale_ref: str) -> list[str]:
    """The refund that an event is about, where it is one of this sale."""
    resource = inside(orjson.loads(body), "resource")
    is_of_sale = sale_ref in (text(resource, "sale_id"), named_in(link(resource, "sale", "up")))
    return [resource["id"]] if is_of_sale else []


@reader
def is_sale(capture: Json) -> bool:
    """Whether a payment is one of a subscription of ours."""
    return bool(first_under(SUBSCRIPTION_MARK, capture.get("custom_id")))
