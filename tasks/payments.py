"""The queue of what waits for a gateway: charges, captures, refunds, and asking for what webhooks did not tell."""

from calls.cancel_payment import cancel_payments
from calls.capture_payments import capture_payments
from calls.charge_cards import charge_cards
from calls.look_up_payments import look_up_payments as look_up
from calls.pull_events import pull_events as pull
from calls.refund_payments import refund_payments
from schemas.messages.payments import (
    CancelPayments,
    CapturePayments,
    ChargeCards,
    LookUpPayments,
    PullEvents,
    RefundPayments,
)
from workers.task import doorway
from workers.wiring import Work


@doorway(ChargeCards)
def charge(work: Work, message: ChargeCards) -> None:
    """Charge the cards that these outbox rows ask for."""
    charge_cards(work, message.ids)


@doorway(CancelPayments)
def cancel(work: Work, message: CancelPayments) -> None:
    """Cancel the payments that these outbox rows name."""
    cancel_payments(work, message.ids)


@doorway(CapturePayments)
def capture(work: Work, message: CapturePayments) -> None:
    """Capture what customers agreed to on these pages."""
    capture_payments(work, message.ids)


@doorway(RefundPayments)
def refund(work: Work, message: RefundPayments) -> None:
    """Ask for the refunds that these outbox rows name."""
    refund_payments(work, message.ids)


@doorway(PullEvents)
def pull_events(work: Work, message: PullEvents) -> None:
    """Store the events that the gateways list and we have not seen."""
    pull(work)


@doorway(LookUpPayments)
def look_up_payments(work: Work, message: LookUpPayments) -> None:
    """Ask about payments that stayed open for too long."""
    look_up(work)
