"""Record usage: events become credits taken, each of them once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.usage.consume import too_few
from billing.usage.costs import PriceList, cost_at, credits_for, load_costs, unknown_operation
from billing.usage.fall import no_account
from billing.usage.purses import Purse, close_purses, open_purses
from billing.usage.queries import Known, find_events
from billing.usage.roll_up import roll_up
from billing.usage.tables import UsageEvent
from database.copy import copy_rows

# Clocks of servers differ by seconds, and what is later than that is a mistake.
FUTURE_MAX = timedelta(minutes=5)
# A product that was cut off for a month still brings all; what is older is on statements that customers have seen.
LATE_MAX = timedelta(days=35)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Use:
    """So much of an operation was used at an instant of the account's time; None is the instant of its recording."""

    event_id: str
    operation: str
    quantity: int
    site: str
    happened_at: datetime | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one account that are debited together, under one cause. `now` is the account's own time."""

    account_id: UUID
    uses: Sequence[Use]
    cause: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event: its credits, now or when it came first, or why it was refused."""

    event_id: str
    credits: int = 0
    is_duplicate: bool = False
    refusal: Rejected | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The outcomes of a batch, in its order, and the balance after it."""

    outcomes: list[Outcome]
    balance: int


@dataclass(slots=True)
class Ledger:
    """What is known while batches are decided: prices, events that came before, and those that are new."""

    prices: PriceList
    known: dict[tuple[UUID, str], Known]
    rows: list[Row] = field(default_factory=list)


def record_usage(session: Session, batches: Sequence[Batch]) -> list[Recorded | Rejected]:
    """Take the credits of events, batch by batch, with one statement per table however many they are.

    An event whose id the account has had before takes nothing more; with another content it is refused, as is one for
    which too few credits are left, or that has no price or no possible time. A refusal is nobody else's. A batch whose
    account is unknown is refused as a whole. One account's batches have one `now`.
    """
    purses = open_purses(session, {batch.account_id: batch.now for batch in batches}, is_alone=True)
    # asked under the locks: whoever recorded for these accounts before has committed by now
    known = find_events(session, [(batch.account_id, use.event_id) for batch in batches for use in batch.uses])
    ledger = Ledger(load_costs(session, {use.operation for batch in batches for use in batch.uses}), known)
    recorded = [_record(purses, ledger, batch) for batch in batches]
    copy_rows(session, UsageEvent, ledger.rows)
    roll_up(session, ledger.rows)
    close_purses(session, list(purses.values()))
    return recorded


def _record(purses: Mapping[UUID, Purse], ledger: Ledger, batch: Batch) -> Recorded | Rejected:
    purse = purses.get(batch.account_id)
    if purse is None:
        return no_account(batch.account_id)
    outcomes: list[Outcome] = []
    total = 0
    for use in batch.uses:
        outcome = _decide(purse, ledger, batch, use, total)
        if outcome.refusal is None and not outcome.is_duplicate:
            total += outcome.credits
        outcomes.append(outcome)
    if total:
        purse.use(total, batch.cause, _describe(batch.uses))
    return Recorded(outcomes, purse.balance)


def _decide(purse: Purse, ledger: Ledger, batch: Batch, use: Use, taken: int) -> Outcome:
    before = ledger.known.get((batch.account_id, use.event_id))
    if before is not None:
        if _is_same(before, use):
            return Outcome(use.event_id, before.credits, is_duplicate=True)
        detail = f"The event {use.event_id!r} was recorded before with another content."
        return Outcome(use.event_id, refusal=Rejected("event_id_reused", detail, status=409))
    happened_at = use.happened_at or batch.now
    cost = cost_at(ledger.prices, use.operation, happened_at)
    refusal = _untimely(happened_at, batch.now)
    if refusal is None and cost is None:
        refusal = unknown_operation(use.operation)
    if refusal is not None or cost is None:
        return Outcome(use.event_id, refusal=refusal)
    credits = credits_for(cost, use.quantity)
    if not purse.has(taken + credits):
        return Outcome(use.event_id, refusal=too_few(purse.balance - taken, credits))
    _write_down(ledger, row_of(batch, use, cost.id, credits))
    return Outcome(use.event_id, credits)


def _write_down(ledger: Ledger, row: Row) -> None:
    """The same id once more in this set is known from now on."""
    content = Known(row["operation"], row["quantity"], row["site"], row["happened_at"], row["credits"])
    ledger.known[row["account_id"], row["event_id"]] = content
    ledger.rows.append(row)


def row_of(batch: Batch, use: Use, cost_id: UUID, credits: int) -> Row:
    """An event as the row of its table."""
    return {
        "account_id": batch.account_id, "event_id": use.event_id, "operation": use.operation,
        "quantity": use.quantity, "site": use.site, "happened_at": use.happened_at or batch.now, "credits": credits,
        "cost_id": cost_id, "cause": batch.cause,
    }  # fmt: skip


def _is_same(before: Known, use: Use) -> bool:
    """A time that was not told may be any."""
    return (before.operation, before.quantity, before.site) == (use.operation, use.quantity, use.site) and (
        use.happened_at is None or use.happened_at == before.happened_at
    )


def _untimely(happened_at: datetime, now: datetime) -> Rejected | None:
    if happened_at > now + FUTURE_MAX:
        return Rejected("event_in_the_future", f"The event's time, {happened_at}, has not come; now it is {now}.")
    if happened_at < now - LATE_MAX:
        return Rejected("event_too_late", f"The event's time, {happened_at}, is more than {LATE_MAX.days} days ago.")
    return None


def _describe(uses: Sequence[Use]) -> str:
    """What stands beside the movement of credits."""
    if len(uses) == 1:
        return f"{uses[0].operation} × {uses[0].quantity}"
    operations = sorted({use.operation for use in uses})
    return f"{operations[0]} × {len(uses)} events" if len(operations) == 1 else f"{len(uses)} events of usage"
