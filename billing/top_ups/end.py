"""End an automatic top-up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.top_ups.row import ENDED, lock_top_up
from billing.top_ups.tables import AutoTopUp


def end_top_up(session: Session, account_id: UUID, now: datetime) -> None:
    """Buy nothing by itself any more; a purchase under way is still paid. Nothing happens where there is none.

    The row stays, stopped: what was bought this month must count if it is set again.
    """
    top_up = lock_top_up(session, AutoTopUp.account_id == account_id)
    if top_up is not None:
        top_up.stopped_at, top_up.stop_code = now, ENDED
