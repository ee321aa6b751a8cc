"""Set kept money apart that is disputed, so that nothing is paid with it until the bank has decided."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.disputes.post_dispute import post_dispute
from billing.disputes.tables import Dispute
from billing.ledger.tables import LedgerReason
from billing.refunds.draw import draw_for
from billing.refunds.refundable import Refundable


def set_apart(session: Session, refundable: Refundable, dispute: Dispute, amount_minor: int, now: datetime) -> int:
    """So much for a dispute, first of what is kept of its payment; all of it is there. Returns the amount again."""
    if amount_minor:
        draw_for(session, refundable.kept, {"dispute_id": dispute.id}, amount_minor)
        post_dispute(session, dispute, LedgerReason.DISPUTE_MET, amount_minor, 0, now)
    return amount_minor
