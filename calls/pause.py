"""Pause a subscription that its gateway runs, or let it run on."""

from billing.errors import Rejected
from calls.gateway_run import whom_to_ask, written
from database.operations import Operation
from schemas.commands.subscriptions import OfSubscription, PauseSubscription, ResumeSubscription
from workers.claims import Act
from workers.wiring import Work


def pause_at_gateway(work: Work, operation: Operation, command: PauseSubscription) -> Act:
    """Claim: whom to ask. Call: collect nothing. Record: the subscription as it is then."""
    if command.resumes_at is not None:
        raise Rejected("resume_is_by_hand", "The gateway runs this subscription; it is resumed by a command.", 409)
    return _collect(work, command, f"cashbeat/pause/{operation.id}", paused=True)


def resume_at_gateway(work: Work, operation: Operation, command: ResumeSubscription) -> Act:
    """Claim: whom to ask. Call: collect again. Record: the subscription as it is then."""
    return _collect(work, command, f"cashbeat/resume/{operation.id}", paused=False)


def _collect(work: Work, command: OfSubscription, key: str, *, paused: bool) -> Act:
    asked = whom_to_ask(work, command)
    subscriptions = asked.gateway.subscriptions
    fact = subscriptions.pause_collection(asked.subscription_ref, paused=paused, idempotency_key=key)
    return written(work, command, fact, asked)
