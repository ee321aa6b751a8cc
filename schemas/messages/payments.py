"""Conversations about money."""

from schemas.messages.base import CHARGE_IDS_MAX, FollowUps, Message, Periodic


class ChargeCards(FollowUps):
    """Charge the saved cards that these outbox rows ask for."""

    task = "payments.charge"
    queue = "payments"

    ids_max = CHARGE_IDS_MAX


class CancelPayments(FollowUps):
    """Cancel at their gateways the payments that these outbox rows name: each takes several calls, so it goes alone."""

    task = "payments.cancel"
    queue = "payments"

    ids_max = 1


class CapturePayments(FollowUps):
    """Capture what customers agreed to on the pages that these outbox rows name: a customer waits for each."""

    task = "payments.capture"
    queue = "payments"

    ids_max = 1


class RefundPayments(FollowUps):
    """Ask gateways for the refunds that these outbox rows name: each may take several calls, so it goes alone."""

    task = "payments.refund"
    queue = "payments"

    ids_max = 1


class PullEvents(Periodic):
    """Ask the gateway for events whose webhooks never came."""

    task = "reconciliation.pull_events"
    queue = "payments"


class LookUpPayments(Periodic):
    """Ask the gateway about payments that have been open for too long."""

    task = "reconciliation.look_up_payments"
    queue = "payments"


MESSAGES: tuple[type[Message], ...] = (
    ChargeCards,
    CancelPayments,
    CapturePayments,
    RefundPayments,
    PullEvents,
    LookUpPayments,
)
# the outbox topics that these ring for
TOPICS: dict[str, type[FollowUps]] = {
    "charge": ChargeCards,
    "cancel_payment": CancelPayments,
    "capture": CapturePayments,
    "refund": RefundPayments,
}
