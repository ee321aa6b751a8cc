"""Turns refunds and what a bank took back into our words. Pure.

https://developer.paypal.com/docs/api/payments/v2/#captures_refund
"""

from collections.abc import Sequence
from dataclasses import replace

from billing.money import Money
from gateways.paypal.amounts import from_paypal
from gateways.paypal.answers import reader
from gateways.paypal.dispute_shapes import facts_of_dispute, is_told_by
from gateways.paypal.shapes import REFUND_MARK, Json, first_under, inside, instant, items_of, marks_of, text
from gateways.paypal.translate import GATEWAY
from schemas.facts.reversals import (
    Contest,
    DisputeState,
    RefundState,
    ReversalFact,
    ReversalKind,
    ReversedPaymentFact,
)

REFUND_STATES = {
    "PENDING": RefundState.PENDING,
    "COMPLETED": RefundState.SUCCEEDED,
    "FAILED": RefundState.FAILED,
    "CANCELLED": RefundState.CANCELED,
}
# these have taken nothing, or given it back
WITHOUT_EFFECT = frozenset({RefundState.FAILED, RefundState.CANCELED})
# why a capture says that a bank, or PayPal for a buyer, has taken it back
TAKEN_BACK = frozenset({"BUYER_COMPLAINT", "CHARGEBACK"})


@reader
def refunds_in(order: Json) -> list[Json]:
    """All that has left of an order's captures, whoever asked for it; a reversal by a bank is among them."""
    of_units = [inside(unit, "payments") for unit in items_of(order, "purchase_units")]
    return [refund for payments in of_units for refund in items_of(payments, "refunds")]


@reader
def reversed_payment(capture: Json, refunds: Sequence[Json], disputes: Sequence[Json]) -> ReversedPaymentFact:
    """A capture with everything that has left of it."""
    left = [_reversal_of(each, capture) if _is_reversal(each, capture) else refund_of(each) for each in refunds]
    came, given_back = from_paypal(capture["amount"]), sum(each.left_minor for each in left if each.refund_id)
    rest = Money(max(0, came.minor - given_back), came.currency)
    contested = [fact for dispute in disputes for fact in facts_of_dispute(dispute, rest)]
    return ReversedPaymentFact(
        gateway=GATEWAY,
        charge_ref=capture["id"],
        payment_ref=capture["id"],
        reversals=tuple(told_once(left, contested)),
        attempt_id=marks_of(capture.get("custom_id"))[0],
    )


@reader
def refund_of(refund: Json) -> ReversalFact:
    """One refund as it stands now. Made by hand it inherits the mark of the capture, which names no refund of ours."""
    state, amount = REFUND_STATES[refund["status"]], from_paypal(refund["amount"])
    return ReversalFact(
        kind=ReversalKind.REFUND,
        reversal_ref=refund["id"],
        left_minor=0 if state in WITHOUT_EFFECT else amount.minor,
        currency=amount.currency,
        moved_at=instant(refund["create_time"]),
        state=state,
        refund_id=first_under(REFUND_MARK, refund.get("custom_id")),
        failure_code=text(inside(refund, "status_details"), "reason").lower() if state is RefundState.FAILED else "",
    )


def _is_reversal(refund: Json, capture: Json) -> bool:
    """Whether a bank took it: PayPal lists that among the refunds. One that a person made has the capture's mark."""
    is_taken_back = text(inside(capture, "status_details"), "reason") in TAKEN_BACK
    return is_taken_back and not text(refund, "custom_id")


def _reversal_of(refund: Json, capture: Json) -> ReversalFact:
    """What was taken without a dispute that we could have answered is a dispute that we have lost."""
    fact, amount = refund_of(refund), from_paypal(refund["amount"])
    reason = text(inside(capture, "status_details"), "reason").lower()
    contest = Contest(DisputeState.LOST, amount.minor, reason, fact.moved_at, None)
    return ReversalFact(
        ReversalKind.DISPUTE, fact.reversal_ref, fact.left_minor, fact.currency, fact.moved_at, contest=contest
    )


def told_once(left: Sequence[ReversalFact], contested: Sequence[ReversalFact]) -> list[ReversalFact]:
    """What has left of a capture and what its disputes took, each amount under one object, whenever we ask.

    What a lost dispute takes PayPal may also tell as a reversal of the capture, which nothing says apart from a refund
    that a person made: so of those that we did not ask for, one of just this amount, made since, is the dispute's own.
    It may have been booked before the dispute took anything. So it stays among what is told: what a bank took has left
    by it and not by the dispute, and what passed for a refund was none.
    """
    told, disputes, unmatched = list(left), list(contested), list(left)
    for place, taken in enumerate(contested):
        twin = next((each for each in unmatched if is_told_by(taken, each)), None)
        if twin is None:
            continue
        unmatched.remove(twin)
        if twin.kind is ReversalKind.DISPUTE:
            disputes[place] = replace(taken, left_minor=0)
        else:
            told[told.index(twin)] = replace(twin, left_minor=0, state=RefundState.CANCELED)
    return [*told, *disputes]
