"""Turns disputes into our words. Pure. https://developer.paypal.com/docs/api/customer-disputes/v1/"""

from collections.abc import Iterator, Sequence

from billing.money import Money
from gateways.paypal.amounts import from_paypal
from gateways.paypal.shapes import Json, inside, instant, items_of, text
from schemas.facts.reversals import Contest, DisputeState, ReversalFact, ReversalKind

INQUIRY = "INQUIRY"  # buyer and seller talk; PayPal, or a bank, has not been asked to decide
RESOLVED = "RESOLVED"
WAITS_FOR_US = frozenset({"OPEN", "WAITING_FOR_SELLER_RESPONSE"})
# ACCEPTED: we gave in. All others are the seller's; where there is none, the money tells.
BUYERS = frozenset({"RESOLVED_BUYER_FAVOUR", "ACCEPTED"})
NO_OUTCOME = frozenset({"", "NONE"})

SETTLEMENT = "DISPUTE_SETTLEMENT"
SELLER = "SELLER"
DEBIT = "DEBIT"


def facts_of_dispute(dispute: Json, rest: Money | None = None) -> Iterator[ReversalFact]:
    """The money and, where there is one, the fee; `rest` is what we have not given back of the payment."""
    moved = [each for each in items_of(dispute, "money_movements") if each.get("affected_party") == SELLER]
    settled = [each for each in moved if text(each, "reason") in ("", SETTLEMENT)]
    fees = [each for each in moved if each not in settled]
    contest = _contest(dispute, settled)
    taken = _taken(dispute, settled, contest, rest)
    at = max((instant(each["initiated_time"]) for each in moved), default=instant(dispute["create_time"]))
    reference = dispute["dispute_id"]
    yield ReversalFact(ReversalKind.DISPUTE, reference, taken.minor, taken.currency, at, contest=contest)
    if fees:
        fee = _sum(fees)
        yield ReversalFact(ReversalKind.DISPUTE_FEE, reference, fee.minor, fee.currency, at)


def is_told_by(dispute: ReversalFact, refund: ReversalFact) -> bool:
    """Whether what has left without our asking is what a dispute has taken, see `reversal_shapes.told_once`."""
    return (
        dispute.contest is not None
        and dispute.left_minor > 0
        and not refund.refund_id
        and (refund.left_minor, refund.currency) == (dispute.left_minor, dispute.currency)
        and refund.moved_at >= dispute.contest.opened_at
    )


def _contest(dispute: Json, settled: Sequence[Json]) -> Contest:
    due_at = text(dispute, "seller_response_due_date")
    return Contest(
        state=_state(dispute, settled),
        amount_minor=_amount(dispute).minor,
        reason=text(dispute, "reason").lower(),
        opened_at=instant(dispute["create_time"]),
        evidence_due_at=instant(due_at) if due_at else None,
    )


def _state(dispute: Json, settled: Sequence[Json]) -> DisputeState:
    is_inquiry = dispute.get("dispute_life_cycle_stage") == INQUIRY
    if dispute["status"] != RESOLVED:
        if is_inquiry:
            return DisputeState.INQUIRY
        return DisputeState.NEEDS_RESPONSE if dispute["status"] in WAITS_FOR_US else DisputeState.UNDER_REVIEW
    if _is_lost(dispute, settled):
        return DisputeState.LOST
    return DisputeState.INQUIRY_CLOSED if is_inquiry else DisputeState.WON


def _is_lost(dispute: Json, settled: Sequence[Json]) -> bool:
    outcome = text(inside(dispute, "dispute_outcome"), "outcome_code")
    return outcome in BUYERS or (outcome in NO_OUTCOME and bool(settled) and _sum(settled).minor > 0)


def _taken(dispute: Json, settled: Sequence[Json], contest: Contest, rest: Money | None) -> Money:
    """What we have lost. Where no movement is told, it is what a lost dispute was decided to give back.

    No more than the rest: PayPal tells there what either of us has refunded.
    """
    if settled:
        return _sum(settled)
    if contest.state is not DisputeState.LOST:
        return Money(0, _amount(dispute).currency)
    told = inside(dispute, "dispute_outcome").get("amount_refunded")
    refunded = from_paypal(told) if told else _amount(dispute)
    if rest is not None and rest.currency == refunded.currency:
        return Money(min(refunded.minor, rest.minor), rest.currency)
    return refunded


def _amount(dispute: Json) -> Money:
    return from_paypal(dispute["dispute_amount"])


def _sum(moved: Sequence[Json]) -> Money:
    """Debits less credits. Raises ValueError for more than one currency."""
    amounts = [(from_paypal(each["amount"]), each["type"]) for each in moved]
    total = Money(0, amounts[0][0].currency)
    for amount, direction in amounts:
        total = total + amount if direction == DEBIT else total - amount
    return total
