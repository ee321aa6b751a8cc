"""Let a subscription that its gateway runs end, or take that back."""

from calls.gateway_run import drop_pending, whom_to_ask, written
from database.operations import Operation
from schemas.commands.subscriptions import CancelSubscription, ReactivateSubscription
from workers.claims import Act
from workers.wiring import Work


def cancel_at_gateway(work: Work, operation: Operation, command: CancelSubscription) -> Act:
    """Claim: whom to ask. Call: its end, now or with the period. Record: the subscription as it is then.

    A change of plan that waits for its payment is dropped first.
    """
    asked, key = whom_to_ask(work, command), f"cashbeat/cancel/{operation.id}"
    drop_pending(asked, key)
    subscriptions, reference = asked.gateway.subscriptions, asked.subscription_ref
    if command.when == "now":
        fact = subscriptions.cancel_now(reference, idempotency_key=key)
    else:
        fact = subscriptions.set_cancellation(reference, at_period_end=True, idempotency_key=key)
    return written(work, command, fact, asked)


def reactivate_at_gateway(work: Work, operation: Operation, command: ReactivateSubscription) -> Act:
    """Claim: whom to ask. Call: no end. Record: the subscription as it is then."""
    asked, key = whom_to_ask(work, command), f"cashbeat/reactivate/{operation.id}"
    subscriptions = asked.gateway.subscriptions
    fact = subscriptions.set_cancellation(asked.subscription_ref, at_period_end=False, idempotency_key=key)
    return written(work, command, fact, asked)
