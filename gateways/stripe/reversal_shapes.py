"""Turns refunds and disputes into our words. Pure; reads the shapes of the pinned API version only."""

from collections.abc import Iterator, Sequence

from gateways.stripe.amounts import from_stripe
from gateways.stripe.answers import reader
from gateways.stripe.shapes import ATTEMPT_MARK, REFUND_MARK, SUBSCRIPTION_MARK, Json, inside, instant, mark, reference
from gateways.stripe.translate import GATEWAY
from schemas.facts.reversals import (
    Contest,
    DisputeState,
    RefundState,
    ReversalFact,
    ReversalKind,
    ReversedPaymentFact,
)

# these have taken nothing, or given it back (https://docs.stripe.com/refunds#failed-refunds)
REFUNDS_WITHOUT_EFFECT = frozenset({"failed", "canceled", "requires_action"})
REFUND_STATES = {
    "pending": RefundState.PENDING,
    # the customer has to say where the money goes: https://docs.stripe.com/refunds#cash-balance
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.CANCELED,
}
DISPUTE_STATES = {
    "warning_needs_response": DisputeState.INQUIRY,
    "warning_under_review": DisputeState.INQUIRY,
    "warning_closed": DisputeState.INQUIRY_CLOSED,
    # settled with the bank before it became a dispute: https://docs.stripe.com/disputes/prevention
    "prevented": DisputeState.INQUIRY_CLOSED,
    "needs_response": DisputeState.NEEDS_RESPONSE,
    "under_review": DisputeState.UNDER_REVIEW,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}


@reader
def payment_of_charge(
    charge: Json, invoice: Json, refunds: Sequence[Json], disputes: Sequence[Json]
) -> ReversedPaymentFact:
    """A charge, its intent expanded, with everything that has left of it; `invoice` is the one that it paid, if any."""
    intent = inside(charge, "payment_intent")
    return ReversedPaymentFact(
        gateway=GATEWAY,
        charge_ref=charge["id"],
        payment_ref=reference(charge.get("payment_intent")),
        reversals=(*map(refund_of, refunds), *(fact for dispute in disputes for fact in _of_dispute(dispute))),
        attempt_id=mark(intent, ATTEMPT_MARK) or mark(charge, ATTEMPT_MARK),
        subscription_id=mark(inside(invoice, "parent", "subscription_details"), SUBSCRIPTION_MARK),
        invoice_ref=reference(invoice),
    )


@reader
def refund_of(refund: Json) -> ReversalFact:
    """One refund as it stands now."""
    is_void = refund.get("status") in REFUNDS_WITHOUT_EFFECT
    return ReversalFact(
        kind=ReversalKind.REFUND,
        reversal_ref=refund["id"],
        left_minor=0 if is_void else from_stripe(refund["amount"], refund["currency"]),
        currency=refund["currency"].upper(),
        moved_at=instant(refund["created"]),
        state=REFUND_STATES[refund["status"]],
        refund_id=mark(refund, REFUND_MARK),
        failure_code=refund.get("failure_reason") or "",
    )


def _of_dispute(dispute: Json) -> Iterator[ReversalFact]:
    """The money and, where there is one, the fee. An inquiry has moved nothing yet."""
    # no page says in which order they are told
    moved = sorted(dispute["balance_transactions"], key=lambda entry: entry["created"])
    at = instant(moved[-1]["created"] if moved else dispute["created"])
    currency = dispute["currency"]
    taken_minor = from_stripe(_taken(dispute, moved), currency)
    contest = _contest(dispute)
    yield ReversalFact(ReversalKind.DISPUTE, dispute["id"], taken_minor, currency.upper(), at, contest=contest)
    if moved:
        fee, fee_currency = sum(entry["fee"] for entry in moved), moved[0]["currency"]
        fee_minor = from_stripe(fee, fee_currency)
        yield ReversalFact(ReversalKind.DISPUTE_FEE, dispute["id"], fee_minor, fee_currency.upper(), at)


def _contest(dispute: Json) -> Contest:
    """A due day of 0 means that the bank takes no answer."""
    due_by = inside(dispute, "evidence_details").get("due_by")
    return Contest(
        state=DISPUTE_STATES[dispute["status"]],
        amount_minor=from_stripe(dispute["amount"], dispute["currency"]),
        reason=dispute["reason"],
        opened_at=instant(dispute["created"]),
        evidence_due_at=instant(due_by) if due_by else None,
    )


def _taken(dispute: Json, moved: Sequence[Json]) -> int:
    """What the balance has lost, in the charge's currency."""
    amounts: list[int] = [entry["amount"] for entry in moved]
    if all(entry["currency"] == dispute["currency"] for entry in moved):
        return -sum(amounts)
    return _taken_abroad(dispute, amounts)


def _taken_abroad(dispute: Json, moved: Sequence[int]) -> int:
    """The same of a balance in another currency: what it lost is all that is disputed, what comes back a share of that.

    Amounts are in the order in which they moved.

    Rates move between the two, so that of a dispute that is won all is back, whatever it is worth by then.
    """
    disputed: int = dispute["amount"]
    if moved[-1] < 0:
        return disputed
    if DISPUTE_STATES[dispute["status"]] is DisputeState.WON:
        return 0
    withdrawn = max(-min(moved), 1)
    return disputed * max(withdrawn - moved[-1], 0) // withdrawn
