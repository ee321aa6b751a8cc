"""Stop an automatic top-up whose money goes back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_
from sqlalchemy.orm import Session

from billing.top_ups.row import lock_top_up, stop_top_up
from billing.top_ups.tables import AutoTopUp

# why, for `stop_code`: a bank is asked for a payment, or credits went back with theirs
PAYMENT_DISPUTED, CREDITS_RETURNED = "payment_disputed", "credits_returned"


def stop_for_dispute(session: Session, account_id: UUID, now: datetime) -> None:
    """Charge nobody by ourselves who contests a payment; the customer is told, and may set it anew.

    What is under way is still paid. Nothing happens where none is set, or it has stopped, unless that was a moment ago
    because credits went with the money: then this is why. The caller holds the locks of the account's grants, or comes
    for none of them any more.
    """
    has_just_returned = and_(AutoTopUp.stopped_at == now, AutoTopUp.stop_code == CREDITS_RETURNED)
    is_meant = or_(AutoTopUp.stopped_at.is_(None), has_just_returned)
    top_up = lock_top_up(session, AutoTopUp.account_id == account_id, is_meant)
    if top_up is not None:
        stop_top_up(session, top_up, PAYMENT_DISPUTED, now)


def stop_for_return(session: Session, account_id: UUID, balance: int, now: datetime) -> None:
    """The same where a balance after credits went back is so low that it would buy, be it in another month."""
    would_buy = (AutoTopUp.stopped_at.is_(None), AutoTopUp.top_up_below > balance)
    top_up = lock_top_up(session, AutoTopUp.account_id == account_id, *would_buy)
    if top_up is not None:
        stop_top_up(session, top_up, CREDITS_RETURNED, now)
