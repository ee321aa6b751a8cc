"""Commands of the API: validate again, run the verb, store the outcome under the operation's id."""

from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import Collection
from database.operations import Operation, stage_command
from schemas.commands import COMMANDS, AdvanceTestClock, Command, OfSubscription
from schemas.messages import AdvanceClocks, RunCommand, SubmitCommand
from tasks.calls import CALLS, CALLS_OF_GATEWAY_RUN, MANY_CALLS, Call
from tasks.verbs import VERBS, time_of
from workers import claims
from workers.task import doorway
from workers.wiring import Work


@doorway(RunCommand)
def run(work: Work, message: RunCommand) -> None:
    """Run one stored operation."""
    for operation in claims.take(work.database, Operation, [message.id]):
        with claims.attempt(work.database, operation):
            _run(work, operation, parse(operation))


@doorway(SubmitCommand)
def submit(work: Work, message: SubmitCommand) -> None:
    """Store a command that came through the broker alone, then ring for it."""
    with work.database.transaction() as session:
        row_id = stage_command(session, message.kind, message.body, message.caller, message.idempotency_key)
    work.bell.ring(RunCommand(id=row_id), task_id=row_id)


def parse(operation: Operation) -> Command:
    """The stored body as its command; raises Rejected `command_unknown` or `command_invalid`."""
    command_class = COMMANDS.get(operation.kind)
    if command_class is None:
        raise Rejected("command_unknown", f"There is no command {operation.kind!r}.")
    try:
        return command_class(**operation.body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Rejected("command_invalid", f"{where}: {first['msg']}") from error


def _run(work: Work, operation: Operation, command: Command) -> None:
    """Claim, call, record where a gateway is asked; one transaction where it is not."""
    call = _call_for(work, command)
    if call is None:
        verb, wall = VERBS[type(command)], work.now()

        def act(session: Session) -> dict[str, Any]:
            return verb(session, operation, command, time_of(session, command, wall))

        claims.finish(work.database, operation, act)
        if isinstance(command, AdvanceTestClock):
            # beat would ring within five seconds; whoever turns a clock by hand is waiting
            work.bell.ring(AdvanceClocks())
    elif claims.lease(work.database, operation, _hold(command)):
        claims.finish(work.database, operation, call(work, operation, command))


def _hold(command: Command) -> timedelta:
    return claims.LONG_LEASE if type(command) in MANY_CALLS else claims.LEASE


def _call_for(work: Work, command: Command) -> Call | None:
    if type(command) in CALLS:
        return CALLS[type(command)]
    if isinstance(command, OfSubscription):
        with work.database.transaction() as session:
            subscription = get_subscription(session, command.subscription_id)
        if subscription.collection is Collection.GATEWAY:
            return CALLS_OF_GATEWAY_RUN[type(command)]
    return None
