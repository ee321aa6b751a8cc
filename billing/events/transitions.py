"""Which step of which state machine is told as which event. `None` before: the row is new.

Steps that one transaction takes at once are seen as one, from the first state to the last; a step that does not stand
here is told as if the row were new. A test holds these to the state machines: each step that one has stands here, or is
silent for a reason.
"""

from collections.abc import Mapping

from billing.disputes.tables import DisputeStatus
from billing.invoices.tables import InvoiceStatus
from billing.manual_payments.tables import ClaimStatus
from billing.payments.tables import AttemptStatus
from billing.refunds.tables import RefundStatus
from billing.subscriptions.tables import SubscriptionStatus

_S = SubscriptionStatus
SUBSCRIPTION: Mapping[tuple[str | None, str], str] = {
    (None, _S.TRIALING): "subscription.trial_started",
    (None, _S.ACTIVE): "subscription.activated",
    (None, _S.PAST_DUE): "subscription.past_due",
    (None, _S.PAUSED): "subscription.paused",
    (None, _S.CANCELED): "subscription.canceled",
    (None, _S.EXPIRED): "subscription.expired",
    (_S.INCOMPLETE, _S.TRIALING): "subscription.trial_started",
    (_S.INCOMPLETE, _S.ACTIVE): "subscription.activated",
    (_S.TRIALING, _S.ACTIVE): "subscription.activated",
    (_S.PAST_DUE, _S.ACTIVE): "subscription.recovered",
    (_S.PAST_DUE, _S.TRIALING): "subscription.recovered",
    (_S.PAUSED, _S.ACTIVE): "subscription.resumed",
    (_S.PAUSED, _S.TRIALING): "subscription.resumed",
    **{(before, _S.PAST_DUE): "subscription.past_due" for before in (_S.TRIALING, _S.ACTIVE, _S.PAUSED)},
    **{(before, _S.PAUSED): "subscription.paused" for before in (_S.TRIALING, _S.ACTIVE, _S.PAST_DUE)},
    **{
        (before, _S.CANCELED): "subscription.canceled"
        for before in (_S.INCOMPLETE, _S.TRIALING, _S.ACTIVE, _S.PAST_DUE, _S.PAUSED)
    },
    (_S.INCOMPLETE, _S.EXPIRED): "subscription.expired",
}

_I = InvoiceStatus
# a purchase that is paid has its number and its payment in one transaction
INVOICE: Mapping[tuple[str | None, str], tuple[str, ...]] = {
    (None, _I.PENDING): ("invoice.issued",),
    (None, _I.PAID): ("invoice.issued", "invoice.paid"),
    (None, _I.VOID): ("invoice.void",),
    (None, _I.UNCOLLECTIBLE): ("invoice.issued", "invoice.uncollectible"),
    (_I.DRAFT, _I.PENDING): ("invoice.issued",),
    (_I.DRAFT, _I.PAID): ("invoice.issued", "invoice.paid"),
    (_I.DRAFT, _I.VOID): ("invoice.void",),
    (_I.PENDING, _I.PAID): ("invoice.paid",),
    (_I.PENDING, _I.VOID): ("invoice.void",),
    (_I.PENDING, _I.UNCOLLECTIBLE): ("invoice.uncollectible",),
    (_I.UNCOLLECTIBLE, _I.PAID): ("invoice.paid",),
    (_I.UNCOLLECTIBLE, _I.VOID): ("invoice.void",),
    (_I.PAID, _I.UNCOLLECTIBLE): ("invoice.uncollectible",),
    (_I.PAID, _I.PENDING): ("invoice.charged_back",),
}

# by the state alone: from wherever it came. What is captured is told of the money itself.
ATTEMPT: Mapping[str, str] = {
    AttemptStatus.PENDING: "payment.pending",
    AttemptStatus.APPROVED: "payment.approved",
    AttemptStatus.FAILED: "payment.failed",
    AttemptStatus.EXPIRED: "payment.expired",
}
CLAIM: Mapping[str, str] = {
    ClaimStatus.SUBMITTED: "payment.claim_submitted",
    ClaimStatus.AWAITING_SECOND: "payment.claim_awaiting_second_approval",
    ClaimStatus.APPROVED: "payment.claim_approved",
    ClaimStatus.REJECTED: "payment.claim_rejected",
    ClaimStatus.WITHDRAWN: "payment.claim_withdrawn",
}
REFUND: Mapping[str, str] = {
    RefundStatus.PENDING: "refund.pending",
    RefundStatus.SUCCEEDED: "refund.succeeded",
    RefundStatus.FAILED: "refund.failed",
    RefundStatus.CANCELED: "refund.canceled",
}
DISPUTE: Mapping[str, str] = {
    DisputeStatus.INQUIRY_CLOSED: "dispute.inquiry_closed",
    DisputeStatus.NEEDS_RESPONSE: "dispute.needs_response",
    DisputeStatus.UNDER_REVIEW: "dispute.under_review",
    DisputeStatus.WON: "dispute.won",
    DisputeStatus.LOST: "dispute.lost",
}

# Steps that are no news, and why.
SILENT: Mapping[str, str] = {
    "subscription: incomplete": "subscription.created has told that it is there and waits for its first payment",
    "invoice: draft": "a draft has no number and no effect",
    "attempt: created": "an intention: nothing was asked yet",
    "attempt: unknown": "nobody knows what became of it; what is found out is told",
    "attempt: captured": "payment.captured is told of the money, which may come without an attempt, too",
    "refund: created": "refund.created has told that it is there",
    "refund: unknown": "nobody knows what became of it; what is found out is told",
    "dispute: inquiry": "dispute.opened has told that it is there",
}
