"""What has left of a payment that no order tells of: a subscription's, called a sale, or one whose order is forgotten.

PayPal tells of each refund at once by an event, and some hours later in its search of transactions. Both together tell
of all: what the search does not list yet is the reason for which the payment was changed last.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson

from billing.errors import Unavailable
from gateways.paypal.amounts import from_paypal
from gateways.paypal.answers import reader
from gateways.paypal.calls import segment
from gateways.paypal.events_list import EventsList
from gateways.paypal.reversal_shapes import refund_of
from gateways.paypal.shapes import (
    MARK,
    SUBSCRIPTION_MARK,
    Json,
    first_under,
    inside,
    instant,
    link,
    named_in,
    text,
)
from gateways.paypal.transactions import REVERSALS, Transactions, reversals_in

REFUNDS = "/v2/payments/refunds"
REFUNDED = "REFUNDED"
CHANGED = frozenset({REFUNDED, "PARTIALLY_REFUNDED"})
TOLD_BY = ("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED", "PAYMENT.SALE.REFUNDED", "PAYMENT.SALE.REVERSED")
SEARCH_LAG_MAX = timedelta(days=1)  # three hours, as a rule
# a payment and the refund that changes it may bear times that differ by this much
SAME_TIME = timedelta(minutes=1)


class Listed(NamedTuple):
    """What the search lists of a payment; what has left after `told_until` it does not list yet."""

    references: list[str]
    told_until: datetime


class Sales(EventsList, Transactions):
    """Looks up what has left of payments by themselves."""

    def _left_of_payment(self, payment: Json, disputed_minor: int = 0) -> list[Json]:
        """All that has left of it, but for what disputes took. Raises Unavailable as long as PayPal tells a part."""
        if not is_changed(payment):
            return []
        listed = self._listed(payment)
        references = dict.fromkeys((*listed.references, *self._told(payment)))
        found = [self._known(f"{REFUNDS}/{segment(each)}", each) for each in references]
        left = [refund for refund in found if refund is not None]
        if not is_all(payment, left, listed.told_until, disputed_minor):
            raise Unavailable(f"PayPal does not list yet what has left of the payment {payment['id']}")
        return left

    def _listed(self, payment: Json) -> Listed:
        """Searched from the payment until its last change: each kind by itself, of a busy shop they are few."""
        begin, end = instant(payment["create_time"]), instant(payment["update_time"]) + SEARCH_LAG_MAX
        references, told_until = [], end
        for code in REVERSALS:
            of_code = begin
            for page in self._search(begin, end, code):
                of_code = page.told_until
                references += reversals_in(page, payment["id"])
            told_until = min(told_until, of_code)
        return Listed(references, told_until)

    def _told(self, payment: Json) -> Iterator[str]:
        since = instant(payment["update_time"]) - SEARCH_LAG_MAX
        for body in self.list_events(created_after=since, types=TOLD_BY):
            yield from refunds_told_by(body, payment["id"])


@reader
def is_changed(payment: Json) -> bool:
    """Whether anything has left of it, by its status."""
    return payment["status"] in CHANGED


@reader
def is_all(payment: Json, left: Sequence[Json], told_until: datetime, disputed_minor: int = 0) -> bool:
    """Whether these account for the status of the payment and, where a part has left, for its last change.

    Each refund tells how much had been refunded with it; one that failed later on is counted there as well.
    """
    if payment["status"] == REFUNDED:
        minor = disputed_minor + sum(refund_of(each).left_minor for each in left)
        return minor >= from_paypal(payment["amount"]).minor
    told = [from_paypal(each["amount"]).minor for each in left]
    if disputed_minor + sum(told) < max((_running_minor(each) for each in left), default=1):
        return False
    changed_at = instant(payment["update_time"])
    last_at = max((_changed_at(each) for each in left), default=told_until)
    return told_until >= changed_at or last_at >= changed_at - SAME_TIME


def _running_minor(refund: Json) -> int:
    """What had been refunded of its payment with it, as far as PayPal tells."""
    total = inside(refund, "seller_payable_breakdown", "total_refunded_amount")
    return from_paypal(total or refund["amount"]).minor


def _changed_at(refund: Json) -> datetime:
    return instant(text(refund, "update_time") or refund["create_time"])


@reader
def refunds_told_by(body: bytes, payment_ref: str) -> list[str]:
    """The refund that an event is about, where it is one of this payment."""
    resource = inside(orjson.loads(body), "resource")
    is_of_payment = payment_ref in (text(resource, "sale_id"), named_in(link(resource, "sale", "up")))
    return [resource["id"]] if is_of_payment else []


@reader
def is_ours(payment: Json) -> bool:
    """Whether it bears the mark of an attempt or of a subscription of ours."""
    return any(first_under(mark, payment.get("custom_id")) for mark in (MARK, SUBSCRIPTION_MARK))
