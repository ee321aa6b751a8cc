"""Look up a payment again later: the gateway does not know it, which may yet change."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.payments.start_checkout import LOOK_UP_AFTER
from billing.payments.tables import PaymentAttempt


def look_up_again(session: Session, attempt_id: UUID, wall: Wall) -> None:
    """Go to the end of the line of those that are asked about, unless an outcome was recorded meanwhile."""
    waiting = update(PaymentAttempt).where(PaymentAttempt.id == attempt_id, PaymentAttempt.look_up_at <= wall.at)
    session.execute(
        waiting.values(look_up_at=wall.at + LOOK_UP_AFTER), execution_options={"synchronize_session": False}
    )
