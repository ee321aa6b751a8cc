"""Write down that a gateway may give money back from now on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.refunds.states import move
from billing.refunds.tables import Refund, RefundStatus
from schemas.facts.reversals import RefundRequest


@dataclass(frozen=True, slots=True)
class RefundToSend:
    """What to ask of which gateway, and when that was decided."""

    gateway: str
    request: RefundRequest
    created_at: datetime


def send_refund(session: Session, refund_id: UUID) -> RefundToSend | None:
    """The call to be made; None where its answer is known. Until it is recorded, nobody knows what became of it.

    Written before the call, so that also a worker that dies in the middle of it leaves a refund that is looked for.
    """
    refund = session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
    if refund.status not in (RefundStatus.CREATED, RefundStatus.UNKNOWN):
        return None
    if refund.status is RefundStatus.CREATED:
        move(refund, RefundStatus.UNKNOWN)
    return RefundToSend(refund.gateway, RefundRequest(**refund.request), refund.created_at)
