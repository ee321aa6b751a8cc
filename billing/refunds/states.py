"""The states of a refund. Nobody else writes them; `billing/README.md` draws them."""

from billing.refunds.tables import WITHOUT_EFFECT, Refund, RefundStatus

_ANSWERS = frozenset({RefundStatus.PENDING, RefundStatus.SUCCEEDED}) | WITHOUT_EFFECT
TRANSITIONS: dict[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.CREATED: _ANSWERS | {RefundStatus.UNKNOWN},
    RefundStatus.UNKNOWN: _ANSWERS,
    RefundStatus.PENDING: WITHOUT_EFFECT | {RefundStatus.SUCCEEDED},
    # a bank may send it back weeks later: https://docs.stripe.com/refunds#failed-refunds
    RefundStatus.SUCCEEDED: WITHOUT_EFFECT,
    RefundStatus.FAILED: frozenset(),
    RefundStatus.CANCELED: frozenset(),
}


def can_move(refund: Refund, after: RefundStatus) -> bool:
    """Whether the state machine has this step."""
    return after in TRANSITIONS[refund.status]


def move(refund: Refund, after: RefundStatus) -> None:
    """Take one step; raises ValueError for one that the state machine does not have."""
    if not can_move(refund, after):
        raise ValueError(f"a refund cannot go from {refund.status} to {after}")
    refund.status = after
