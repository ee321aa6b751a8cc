"""Small readings that events and fetched objects share."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from schemas.facts.payments import PaymentMarks

Json = Mapping[str, Any]

NOTHING: Json = {}

# Under this our own ids travel in `custom_id`, which whoever else sells by the same account may fill as well. All three
# have 119 characters together, and PayPal takes 127.
MARK = "cashbeat"
REFUND_MARK = "cashbeat_refund"
SUBSCRIPTION_MARK = "cashbeat_subscription"
PRICE_MARK = "cashbeat_price"
TRIAL = "trial"  # behind the id of a subscription whose start is the end of its trial
SEPARATOR = "."  # https://developer.paypal.com/docs/api/payments/v2/ allows letters, digits and -_.,

_in_path = re.compile(r"/v[12]/(?:payments|checkout)/[a-z]+/([A-Z0-9-]{1,64})(?:/|$)").search


def inside(paypal_object: Json, *names: str) -> Json:
    """The object that lies that deep inside of another; empty when any step of the way is missing or null."""
    for name in names:
        inner = paypal_object.get(name)
        paypal_object = inner if isinstance(inner, Mapping) else NOTHING
    return paypal_object


def items_of(paypal_object: Json, name: str) -> Sequence[Json]:
    """The objects of a list inside of an object; none where it is missing or something else."""
    found = paypal_object.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def text(paypal_object: Json, name: str) -> str:
    """A text of an object; empty where it is missing or something else."""
    value = paypal_object.get(name)
    return value if isinstance(value, str) else ""


def link(paypal_object: Json, *relations: str) -> str:
    """Where the first of an object's links leads that has one of these relations; empty when none has."""
    for each in items_of(paypal_object, "links"):
        if each.get("rel") in relations:
            return text(each, "href")
    return ""


def named_in(address: str) -> str:
    """The id of the payment, order or refund that an address of the API leads to; empty for any other address."""
    found = _in_path(address)
    return found[1] if found else ""


def instant(written: str) -> datetime:
    """PayPal's RFC 3339 as aware UTC. Raises ValueError for a time without a zone."""
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


def written(moment: datetime) -> str:
    """An aware time as PayPal reads it. Raises ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("times are aware UTC")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def marked(mark: str, *ids: str) -> str:
    """Our ids as a `custom_id`; what is not known at the end is left out."""
    return SEPARATOR.join((mark, *ids)).rstrip(SEPARATOR)


def ids_under(mark: str, custom_id: object) -> list[str]:
    """Our ids again, of an object that bears the mark; none where it is somebody else's."""
    name, *ids = custom_id.split(SEPARATOR) if isinstance(custom_id, str) else [""]
    return ids if name == mark else []


def first_under(mark: str, custom_id: object) -> str:
    """The first of them; empty where there is none."""
    return next(iter(ids_under(mark, custom_id)), "")


def payment_mark(attempt_id: str, marks: PaymentMarks) -> str:
    """The attempt, and whose money it is for what, as far as there is room."""
    return marked(MARK, attempt_id, marks.account_id, marks.invoice_id)


def marks_of(custom_id: object) -> tuple[str, PaymentMarks]:
    """The same, read again: the attempt's id and what else is known."""
    attempt_id, account_id, invoice_id, *_ = [*ids_under(MARK, custom_id), "", "", ""]
    return attempt_id, PaymentMarks(account_id=account_id, invoice_id=invoice_id)
