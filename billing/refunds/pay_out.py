"""A person has paid a refund out: what came past every gateway goes back that way."""

from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.payment_methods.tables import ManualMethod
from billing.receipts.tables import Receipt
from billing.refunds.record_refunds import record_refunds
from billing.refunds.refundable import lock_refundable
from billing.refunds.tables import Refund
from schemas.facts.reversals import RefundState, ReversalFact, ReversalKind


def check_paid_out(receipt: Receipt, paid_out_on: date | None, now: datetime) -> None:
    """Raises Rejected `refund_by_hand` where nobody has paid it out, `refund_by_gateway`, and `paid_in_future` or
    `paid_before_it_came` for a day on which that cannot have been.

    `now` is the account's time.
    """
    is_by_hand = receipt.gateway in set(ManualMethod)
    if is_by_hand and paid_out_on is None:
        raise Rejected("refund_by_hand", "No gateway can give this back: pay it out, and say on which day.", status=409)
    if not is_by_hand and paid_out_on is not None:
        raise Rejected("refund_by_gateway", f"{receipt.gateway} gives this back; nobody pays it out.", status=409)
    if paid_out_on is not None and paid_out_on > now.date():
        raise Rejected("paid_in_future", f"{paid_out_on} has not come yet.")
    if paid_out_on is not None and paid_out_on < receipt.received_at.date():
        raise Rejected("paid_before_it_came", f"The payment came on {receipt.received_at:%Y-%m-%d}, after that.")


def pay_out(session: Session, refund: Refund, paid_out_on: date, now: datetime) -> None:
    """Record it like the word of a gateway; its reference there is the refund itself. `now` is the account's time."""
    refund.paid_out_by, refund.paid_out_on = refund.requested_by, paid_out_on
    session.flush()
    fact = ReversalFact(
        kind=ReversalKind.REFUND,
        reversal_ref=str(refund.id),
        left_minor=refund.amount_minor,
        currency=refund.currency,
        moved_at=datetime.combine(paid_out_on, time(), UTC),
        state=RefundState.SUCCEEDED,
        refund_id=str(refund.id),
    )
    record_refunds(session, lock_refundable(session, refund.receipt_id), [fact], now)
