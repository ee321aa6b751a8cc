"""Turns refunds and disputes into our words. Pure; reads the shapes of the pinned API version only."""

from collections.abc import Iterator, Sequence

from gateways.stripe.amounts import from_stripe
from gateways.stripe.answers import reader
from gateways.stripe.shapes import ATTEMPT_MARK, REFUND_MARK, SUBSCRIPTION_MARK, Json, inside, instant, mark, reference
from gateways.stripe.translate import GATEWAY
from schemas.facts.reversals import RefundState, ReversalFact, ReversalKind, ReversedPaymentFact

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
    moved = dispute["balance_transactions"]
    at = instant(moved[-1]["created"] if moved else dispute["created"])
    currency = dispute["currency"]
    taken_minor = from_stripe(_taken(dispute, moved), currency)
    yield ReversalFact(ReversalKind.DISPUTE, dispute["id"], taken_minor, currency.upper(), at)
    if moved:
        fee, fee_currency = sum(entry["fee"] for entry in moved), moved[0]["currency"]
        fee_minor = from_stripe(fee, fee_currency)
        yield ReversalFact(ReversalKind.DISPUTE_FEE, dispute["id"], fee_minor, fee_currency.upper(), at)


def _taken(dispute: Json, moved: Sequence[Json]) -> int:
    """What the balance has lost, in the charge's currency.

    A balance in another currency only tells whether the money is gone: then it is what is disputed.
    """
    taken: int = -sum(entry["amount"] for entry in moved)
    if all(entry["currency"] == dispute["currency"] for entry in moved):
        return taken
    return dispute["amount"] if taken > 0 else 0
