"""Money that leaves a gateway again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReversalKind(StrEnum):
    """Why money left a gateway again."""

    REFUND = "refund"
    DISPUTE = "dispute"
    DISPUTE_FEE = "dispute_fee"


class RefundState(StrEnum):
    """How far a refund has come at its gateway; one that failed or was canceled gives nothing back."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class DisputeState(StrEnum):
    """How far a dispute has come. An inquiry is what a bank asks before it takes anything; most are closed so."""

    INQUIRY = "inquiry"
    INQUIRY_CLOSED = "inquiry_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Contest:
    """What a customer contests: so much in minor units of the dispute's currency, and why, in the gateway's word.

    `evidence_due_at` is until when an answer counts; None where the bank takes none.
    """

    state: DisputeState
    amount_minor: int
    reason: str
    opened_at: datetime
    evidence_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReversalFact:
    """A refund, a dispute, or what the gateway takes for one, as it stands now.

    `left_minor` is what has left because of it and has not come back: a refund that failed and a dispute that was won
    have taken nothing. Minor units of `currency`, which for a fee may be another than the payment's. A refund has a
    `state`, and bears the id that ours gave it, if it was ours; a dispute says what is contested.
    """

    kind: ReversalKind
    reversal_ref: str
    left_minor: int
    currency: str
    moved_at: datetime
    state: RefundState | None = None
    refund_id: str = ""
    failure_code: str = ""
    contest: Contest | None = None


@dataclass(frozen=True, slots=True)
class ReversedPaymentFact:
    """Everything that has left again of one captured payment, with all references by which our books may know it.

    `attempt_id` and `subscription_id` are the ids that we gave the payment, or the subscription whose invoice it paid;
    empty when neither is ours.
    """

    gateway: str
    charge_ref: str
    payment_ref: str
    reversals: tuple[ReversalFact, ...]
    attempt_id: str = ""
    subscription_id: str = ""
    invoice_ref: str = ""


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Captured money to be given back, in minor units of `currency`. Frozen once written, as every request."""

    refund_id: str
    idempotency_key: str
    payment_ref: str
    amount_minor: int
    currency: str
