"""Commands of the API: validate again, run the verb, store the outcome under the operation's id."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session

from billing.accounts.open import open_account
from billing.accounts.queries import get_account, view_account
from billing.credits.consume import consume_credits
from billing.errors import Rejected, Unavailable
from billing.payments.start_checkout import intend_checkout, record_no_answer, record_opened
from database.operations import Operation, stage_command
from schemas.commands import COMMANDS, Command, ConsumeCredits, OpenAccount, StartCreditCheckout
from schemas.facts import CheckoutFact, CheckoutRequest
from schemas.messages import RunCommand, SubmitCommand
from workers import claims
from workers.task import doorway
from workers.wiring import Work

# Stripe stores a 500 under its key and repeats it for 24 hours: after so many tries we look, then take a new key.
SAME_KEY_ATTEMPTS = 3
# The frozen request expires with the checkout's 23 hours; later there is nothing left to open.
KEY_WINDOW = timedelta(hours=22)
# Our clock and the gateway's may differ by this much.
CLOCK_TOLERANCE = timedelta(minutes=5)
CHECKOUT_GATEWAY = "stripe"

Verb = Callable[[Session, Operation, Any, datetime], dict[str, Any]]


@doorway(RunCommand)
def run(work: Work, message: RunCommand) -> None:
    """Run one stored operation."""
    for operation in claims.take(work.database, Operation, [message.id]):
        with claims.attempt(work.database, operation):
            command = parse(operation)
            if isinstance(command, StartCreditCheckout):
                _start_checkout(work, operation, command)
            else:
                _run_locally(work, operation, command)


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


def _run_locally(work: Work, operation: Operation, command: Command) -> None:
    verb = VERBS[type(command)]
    claims.finish(work.database, operation, lambda session: verb(session, operation, command, work.now()))


def _open_account(session: Session, operation: Operation, command: OpenAccount, now: datetime) -> dict[str, Any]:
    account_id = open_account(session, operation.id, command)
    return view_account(get_account(session, account_id)).model_dump(mode="json")


def _consume_credits(session: Session, operation: Operation, command: ConsumeCredits, now: datetime) -> dict[str, Any]:
    cause = f"operation/{operation.id}"
    balance = consume_credits(session, command.account_id, command.amount, cause, command.description, now)
    return {"account_id": str(command.account_id), "consumed": command.amount, "balance": balance}


VERBS: dict[type[Command], Verb] = {OpenAccount: _open_account, ConsumeCredits: _consume_credits}


def _start_checkout(work: Work, operation: Operation, command: StartCreditCheckout) -> None:
    """Claim, call, record: no transaction is open while the gateway is asked."""
    if not claims.lease(work.database, operation):
        return
    with work.database.transaction() as session:
        request = intend_checkout(session, operation.id, command, CHECKOUT_GATEWAY, work.now())
    attempt_id = UUID(request.attempt_id)
    try:
        checkout = _open_checkout(work, operation, request)
    except Unavailable as error:
        if error.ambiguous:
            with work.database.transaction() as session:
                record_no_answer(session, attempt_id)
        raise
    claims.finish(work.database, operation, lambda session: record_opened(session, attempt_id, checkout, work.now()))


def _open_checkout(work: Work, operation: Operation, request: CheckoutRequest) -> CheckoutFact:
    """Open it under our key; later look for what we may have opened, and never open a second one blindly."""
    gateway = work.room(CHECKOUT_GATEWAY).gateway
    if operation.attempts <= SAME_KEY_ATTEMPTS:
        return gateway.open_checkout(request)
    first_attempt_at = operation.first_attempt_at or work.now()
    found = gateway.find_checkout(
        request.attempt_id,
        created_after=first_attempt_at - CLOCK_TOLERANCE,
        created_before=first_attempt_at + KEY_WINDOW,
        customer_ref=request.customer_ref,
    )
    if found is not None:
        return found
    if work.now() - first_attempt_at > KEY_WINDOW:
        raise Rejected("checkout_expired", "The gateway could not be reached in time; start a new checkout.", 409)
    return gateway.open_checkout(replace(request, idempotency_key=f"{request.idempotency_key}/{operation.attempts}"))
