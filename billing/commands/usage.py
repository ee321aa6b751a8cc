"""Usage."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.commands.verb import Result, SetVerb, Verb, cause_of
from billing.errors import Rejected
from billing.usage.queries import view_cost, view_reservation
from billing.usage.record import Batch, Outcome, Recorded, Use, record_usage
from billing.usage.release import release
from billing.usage.reserve import Estimate, reserve
from billing.usage.set_cost import NewCost, set_cost
from billing.usage.settle import Settlement, settle
from billing.usage.tables import Rounding
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.usage import (
    RecordUsage,
    ReleaseUsage,
    ReserveUsage,
    SetCreditCost,
    SetCreditOverdraftMax,
    SettleUsage,
)

Asked = Sequence[tuple[Operation, RecordUsage]]


def _record(session: Session, operation: Operation, command: RecordUsage, now: datetime) -> Result:
    (answer,) = _record_set(session, [(operation, command)], {command.account_id: now})
    if isinstance(answer, Rejected):
        raise answer
    return answer


def _record_set(session: Session, asked: Asked, times: Mapping[UUID, datetime]) -> list[Result | Rejected]:
    batches = [
        Batch(
            command.account_id,
            [Use(each.event_id, each.operation, each.quantity, each.site, each.happened_at) for each in command.events],
            cause_of(operation),
            times[command.account_id],
        )
        for operation, command in asked
    ]
    recorded = record_usage(session, batches)
    return [_answer(command, each) for (_, command), each in zip(asked, recorded, strict=True)]


def _answer(command: RecordUsage, recorded: Recorded | Rejected) -> Result | Rejected:
    """An event that came alone and is refused is a refusal; of several each has an outcome in the result."""
    if isinstance(recorded, Rejected):
        return recorded
    refusals = [outcome.refusal for outcome in recorded.outcomes if outcome.refusal is not None]
    if refusals and len(recorded.outcomes) == 1:
        return refusals[0]
    new = [each for each in recorded.outcomes if each.refusal is None and not each.is_duplicate]
    return {
        "account_id": str(command.account_id),
        "recorded": len(new),
        "duplicates": sum(each.is_duplicate for each in recorded.outcomes),
        "refused": len(refusals),
        "credits": sum(each.credits for each in new),
        "balance": recorded.balance,
        "events": [_shown(each) for each in recorded.outcomes],
    }


def _shown(outcome: Outcome) -> Result:
    if outcome.refusal is not None:
        refusal = outcome.refusal
        return {
            "event_id": outcome.event_id, "outcome": "refused", "code": refusal.code, "detail": refusal.detail,
        }  # fmt: skip
    said = "duplicate" if outcome.is_duplicate else "recorded"
    return {"event_id": outcome.event_id, "outcome": said, "credits": outcome.credits}


def _reserve(session: Session, operation: Operation, command: ReserveUsage, now: datetime) -> Result:
    lasts = timedelta(seconds=command.lasts_seconds)
    estimate = Estimate(command.account_id, command.operation, command.quantity, lasts)
    return view_reservation(reserve(session, operation.id, estimate, now)).model_dump(mode="json")


def _settle(session: Session, operation: Operation, command: SettleUsage, now: datetime) -> Result:
    settlement = Settlement(command.event_id, command.quantity, command.site, cause_of(operation))
    settled = settle(session, command.reservation_id, settlement, now)
    return {
        "reservation_id": str(command.reservation_id), "event_id": command.event_id, "credits": settled.credits,
        "balance": settled.balance,
    }  # fmt: skip


def _release(session: Session, operation: Operation, command: ReleaseUsage, now: datetime) -> Result:
    balance = release(session, command.reservation_id, now)
    return {"reservation_id": str(command.reservation_id), "balance": balance}


def _set_cost(session: Session, operation: Operation, command: SetCreditCost, now: datetime) -> Result:
    new = NewCost(
        command.operation, command.name, command.unit, command.credits, command.per_quantity,
        Rounding(command.rounding), command.valid_from or now,
    )  # fmt: skip
    return view_cost(set_cost(session, new, now)).model_dump(mode="json")


def _set_overdraft_max(session: Session, operation: Operation, command: SetCreditOverdraftMax, now: datetime) -> Result:
    lock_account(session, command.account_id).credit_overdraft_max = command.credit_overdraft_max
    return command.model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    RecordUsage: _record,
    ReserveUsage: _reserve,
    SettleUsage: _settle,
    ReleaseUsage: _release,
    SetCreditCost: _set_cost,
    SetCreditOverdraftMax: _set_overdraft_max,
}
SETS: Mapping[type[Command], SetVerb] = {RecordUsage: _record_set}
