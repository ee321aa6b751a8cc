"""Begin charges: look at them once more, and write down that the gateway may act from now on."""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.invoices.tables import CHARGEABLE
from billing.payments.queries import Charge, lock_charges
from billing.payments.start_checkout import LOOK_UP_AFTER
from billing.payments.states import move_to_unknown
from billing.payments.tables import AttemptStatus


class Step(StrEnum):
    """What is to be done about a charge."""

    SEND = "send"
    ASK = "ask"
    REFUSE = "refuse"
    DROP = "drop"


def begin_charges(session: Session, attempt_ids: Collection[UUID], wall: Wall) -> dict[UUID, Charge]:
    """The charges as they stood, by attempt; those that will be sent are unknown until an answer is recorded.

    Written before the call, so that also a worker that dies in the middle of it leaves an attempt that is looked up,
    after a while by the wall clock, and is never sent again blindly. Whoever cancels a charge that is not sent yet
    takes the same lock: either it is not sent, or it is not dropped.
    """
    charges = lock_charges(session, attempt_ids, wall)
    sent = [charge.attempt_id for charge in charges.values() if step(charge) is Step.SEND]
    move_to_unknown(session, sent, wall.at, wall.at + LOOK_UP_AFTER)
    return charges


def step(charge: Charge) -> Step:
    """What is to be canceled is not charged, nor an invoice that is not open, nor a card that was taken away.

    But what may have been sent is asked about.
    """
    if charge.status is AttemptStatus.UNKNOWN:
        return Step.SEND if is_wanted(charge) and not charge.is_card_detached else Step.ASK
    if charge.status is AttemptStatus.CREATED and is_wanted(charge):
        return Step.REFUSE if charge.is_card_detached else Step.SEND
    return Step.DROP


def is_wanted(charge: Charge) -> bool:
    """Whether the invoice is to be paid by a charge, be it of another card."""
    return charge.unwanted_since is None and charge.invoice_status in CHARGEABLE
