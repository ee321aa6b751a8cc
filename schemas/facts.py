"""Gateway events and objects in our words. Vendor names end at the gateways' door."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PaymentStatus(StrEnum):
    """What a gateway says about one payment, in our words."""

    PENDING = "pending"
    CAPTURED = "captured"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """The gateway's own account of one payment, read from the gateway, never from an event's body.

    `attempt_id` is the id we gave it (empty if it is not ours). Amounts are minor units of the upper-case `currency`.
    `failure_code` is the gateway's decline code when status is failed. Times are aware UTC.
    """

    gateway: str
    attempt_id: str
    checkout_ref: str
    payment_ref: str
    charge_ref: str
    customer_ref: str
    status: PaymentStatus
    amount_minor: int
    currency: str
    paid_at: datetime | None = None
    failure_code: str = ""


@dataclass(frozen=True, slots=True)
class EventFact:
    """What an event rings the bell for: a payment to be looked up by one of its references, or nothing of ours."""

    gateway: str
    event_id: str
    event_type: str
    concerns: str  # "payment" or "nothing"
    checkout_ref: str = ""
    payment_ref: str = ""
    attempt_id: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """A hosted checkout to be opened. Parameters are frozen once written: the same attempt always asks for the same.

    `lines` are (description, quantity, unit amount in minor units of `currency`), tax lines included.
    """

    attempt_id: str
    idempotency_key: str
    currency: str
    lines: tuple[tuple[str, int, int], ...]
    customer_ref: str
    customer_email: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CheckoutFact:
    """An opened checkout: its reference at the gateway and where the customer pays."""

    checkout_ref: str
    url: str
    status: PaymentStatus
