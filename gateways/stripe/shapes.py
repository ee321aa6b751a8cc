"""Small readings that events and fetched objects share, over all API versions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from schemas.facts.payments import PaymentMarks

API_VERSION = "2026-10-28.endive"  # the version whose shapes our translators of fetched objects read

Json = Mapping[str, Any]

# the metadata keys under which our own ids travel
ATTEMPT_MARK = "cashbeat_attempt"
SUBSCRIPTION_MARK = "cashbeat_subscription"
ACCOUNT_MARK = "cashbeat_account"
PRICE_MARK = "cashbeat_price"
TAX_MARK = "cashbeat_tax_rate"
REFUND_MARK = "cashbeat_refund"
# what a payment is for, beside the attempt
PAYMENT_MARKS = {
    "account_id": ACCOUNT_MARK,
    "invoice_id": "cashbeat_invoice",
    "invoice_number": "cashbeat_invoice_number",
    "package": "cashbeat_package",
    "cause": "cashbeat_cause",
}

# the end of the key under which a choice that an event told is made the default: that is no choice of its own
TOLD = "/told"

NOTHING: Json = {}


def reference(value: object) -> str:
    """The id of another object, which Stripe gives as null, as an id, or (expanded) as the object itself."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) else ""


def inside(stripe_object: Json, *names: str) -> Json:
    """The object that lies that deep inside of another; empty when any step of the way is missing or null."""
    for name in names:
        inner = stripe_object.get(name)
        stripe_object = inner if isinstance(inner, Mapping) else NOTHING
    return stripe_object


def mark(stripe_object: Json, name: str) -> str:
    """One of our marks in the object's metadata; empty if the object does not bear it."""
    value = inside(stripe_object, "metadata").get(name)
    return value if isinstance(value, str) else ""


def attempt_mark(stripe_object: Json) -> str:
    """The attempt id that we wrote into the object's metadata; empty if the object is not ours."""
    return mark(stripe_object, ATTEMPT_MARK)


def payment_marks(attempt_id: str, marks: PaymentMarks) -> dict[str, str]:
    """Our marks as metadata; what is not known is left out."""
    known = {key: str(getattr(marks, field)) for field, key in PAYMENT_MARKS.items() if getattr(marks, field)}
    return {ATTEMPT_MARK: attempt_id, **known}


def marks_of(stripe_object: Json) -> PaymentMarks:
    """The same, read again."""
    return PaymentMarks(**{field: mark(stripe_object, key) for field, key in PAYMENT_MARKS.items()})


def instant(seconds: int) -> datetime:
    """Stripe's seconds since 1970 as aware UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def moment(seconds: int | None) -> datetime | None:
    """The same of what may be null."""
    return None if seconds is None else instant(seconds)
