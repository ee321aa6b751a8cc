"""Follow the disputes of a payment with what the books hold of its money, its invoices and their credits."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.disputes.claims import claimed_by
from billing.disputes.contest_invoices import contest_invoices
from billing.disputes.lose_money import lose_money
from billing.disputes.queries import disputes_of
from billing.disputes.return_money import return_money
from billing.disputes.tables import DisputeStatus
from billing.invoices.settle import Settlement
from billing.receipts.tables import Receipt


def follow_disputes(
    session: Session, payment: Receipt, now: datetime, *, moved: Collection[UUID] | None = None
) -> list[Settlement]:
    """Take out of the books what disputes have taken of a payment, and put back what came back.

    Until a bank has decided, kept money is set apart and the invoices that the payment paid are contested: those are on
    no credit note, and their credits are frozen. Once it is lost, kept money is gone, and the invoices owe it again.

    Whoever calls this has news: these disputes have `moved`, or, with None, money of the payment is kept that was not
    before, for any of them. What finds nothing when it is lost stays `disputed`, for a person: nobody's later money is
    taken for it without a word. Returns the invoices that are paid by what came back. The caller holds the locks of
    `lock_refundable`. `now` is the account's time.
    """
    session.flush()
    disputes, settled = disputes_of(session, payment.id), []
    claimed = claimed_by(session, disputes)
    for dispute in disputes:
        if claimed[dispute.id] < 0:
            settled += return_money(session, dispute, -claimed[dispute.id], now)
    for dispute in disputes:
        has_news = moved is None or dispute.id in moved
        if claimed[dispute.id] > 0 and dispute.status is DisputeStatus.LOST and has_news:
            lose_money(session, dispute, claimed[dispute.id], now)
    if disputes:
        contest_invoices(session, payment.id, disputes, now)
    return settled
