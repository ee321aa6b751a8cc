"""What a gateway says about one payment, and how one is asked for: on a page, or from a saved card."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PaymentStatus(StrEnum):
    """What a gateway says about one payment, in our words.

    Approved: the customer agreed on the page, and the money comes when we capture it.
    """

    PENDING = "pending"
    APPROVED = "approved"
    CAPTURED = "captured"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ChargedCard:
    """The card that a payment came by, as its owner knows it; empty where it came otherwise or nobody says."""

    brand: str = ""
    last4: str = ""


NO_CARD_NAMED = ChargedCard()
# the `failure_code` of a charge, and the code of a refusal, where no card can be charged so little
TOO_SMALL = "amount_too_small"


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """The gateway's own account of one payment, read from the gateway, never from an event's body.

    `attempt_id` is the id we gave it (empty if it is not ours). Amounts are minor units of the upper-case `currency`.
    `failure_code` is the gateway's decline code when status is failed. A payment that is pending waits for the customer
    at `page_url`; without one it is being processed, and its outcome comes by itself. Times are aware UTC.
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
    card: ChargedCard = NO_CARD_NAMED
    page_url: str = ""


@dataclass(frozen=True, slots=True)
class PaymentMarks:
    """What a payment is for, as far as it is known when it is asked for; all of it may be empty.

    `package` is the slug of the credit package that is bought, `cause` what makes the attempt unique in our books.
    """

    account_id: str = ""
    invoice_id: str = ""
    invoice_number: str = ""
    package: str = ""
    cause: str = ""


NO_MARKS = PaymentMarks()


@dataclass(frozen=True, slots=True)
class MarkedPaymentFact:
    """A payment with the marks that it bears, as its gateway has it now: enough for books that have forgotten it."""

    payment: PaymentFact
    marks: PaymentMarks


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """A hosted checkout to be opened. Parameters are frozen once written: the same attempt always asks for the same.

    `lines` are (description, quantity, unit amount in minor units of `currency`), tax lines included. `saves_method`:
    what the customer pays with can be charged later, while they are away. `marks` are left
    with the gateway beside the attempt's id, for books that may forget them: see `PaymentMarks`.
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
    saves_method: bool = False
    marks: PaymentMarks = NO_MARKS

    @property
    def amount_minor(self) -> int:
        """What all lines come to."""
        return sum(quantity * unit_minor for _, quantity, unit_minor in self.lines)


@dataclass(frozen=True, slots=True)
class CheckoutFact:
    """An opened checkout: its reference at the gateway and where the customer pays."""

    checkout_ref: str
    url: str
    status: PaymentStatus


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """What the customer agreed to on a page is to be captured: all of it, as the page was opened."""

    attempt_id: str
    idempotency_key: str
    checkout_ref: str


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """An off-session charge of a saved card, in minor units of `currency`. Frozen once written, as every request."""

    attempt_id: str
    idempotency_key: str
    amount_minor: int
    currency: str
    customer_ref: str
    card_ref: str
    description: str
    marks: PaymentMarks = NO_MARKS


def never_came(
    gateway: str, request: CheckoutRequest | ChargeRequest, status: PaymentStatus, failure_code: str = ""
) -> PaymentFact:
    """The end of a payment of which the gateway has nothing: it was refused, or never asked for."""
    return PaymentFact(
        gateway=gateway,
        attempt_id=request.attempt_id,
        checkout_ref="",
        payment_ref="",
        charge_ref="",
        customer_ref=request.customer_ref,
        status=status,
        amount_minor=request.amount_minor,
        currency=request.currency,
        failure_code=failure_code,
    )
