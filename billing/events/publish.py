"""Make events of what has changed: give them their numbers, and stage them for the endpoints that want them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.events.describe import describe
from billing.events.rules import events_of
from billing.events.stage_deliveries import stage_deliveries
from billing.events.tables import EventCounter, EventPosition, ProductEvent
from billing.events.types import SCHEMA_VERSION
from database.among import is_among
from database.copy import copy_rows
from database.ids import uuid7s
from database.untold import UntoldChange

# a transaction of well below a second
CHANGES_MAX = 500


def lock_untold(session: Session, limit: int = CHANGES_MAX) -> Sequence[int]:
    """The oldest changes that were not told yet, in their order; none while somebody else gives out numbers.

    Whoever has them holds the numbers' lock until commit. A change that is not committed is not seen; those that
    followed from it cannot have been committed before it, so what is seen here is in the order of cause and effect.
    """
    untold = select(UntoldChange.id).where(UntoldChange.failure == "").order_by(UntoldChange.id)
    # a look ten times a second writes nothing where there is nothing
    if session.scalar(untold.limit(1)) is None:
        return ()
    mine = select(EventPosition.id).with_for_update(skip_locked=True)
    if session.scalar(mine) is None:
        return ()
    return session.scalars(untold.limit(limit)).all()


def lock_these(session: Session, change_ids: Sequence[int]) -> Sequence[int]:
    """Those of them that are still untold, in their order; waits for whoever gives out numbers."""
    session.execute(select(EventPosition.id).with_for_update())
    untold = select(UntoldChange.id).where(UntoldChange.failure == "", UntoldChange.id.in_(change_ids))
    return session.scalars(untold.order_by(UntoldChange.id)).all()


def publish(session: Session, change_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Write the events of these changes and forget the changes; the rows that were written, in their order.

    For the transaction in which `lock_untold` or `lock_these` named them.
    """
    if not change_ids:
        return []
    changes = _found(session, change_ids)
    events = _numbered(session, list(_events(session, changes)))
    copy_rows(session, ProductEvent, events)
    stage_deliveries(session, events)
    session.execute(delete(UntoldChange).where(UntoldChange.id.in_([change.id for change in changes])))
    return events


def set_aside(session: Session, change_id: int, failure: str) -> None:
    """This one could not be made an event: it waits for a person, and holds up no other."""
    session.execute(update(UntoldChange).where(UntoldChange.id == change_id).values(failure=failure))


def _found(session: Session, change_ids: Sequence[int]) -> Sequence[UntoldChange]:
    found = select(UntoldChange).where(UntoldChange.id.in_(change_ids)).order_by(UntoldChange.id)
    return session.scalars(found).all()


def _events(session: Session, changes: Sequence[UntoldChange]) -> Iterator[dict[str, Any]]:
    of_change = {change.id: events_of(change.kind, change.before, change.after) for change in changes}
    described = _described(session, [change for change in changes if of_change[change.id]])
    for change in _without_births(changes):
        for event in of_change[change.id]:
            yield {
                "type": event, "account_id": change.account_id, "object_id": change.object_id,
                "schema_version": SCHEMA_VERSION, "data": described[change.id], "happened_at": change.created_at,
            }  # fmt: skip


def _described(session: Session, changes: Sequence[UntoldChange]) -> dict[int, dict[str, Any]]:
    by_kind: dict[str, list[UntoldChange]] = defaultdict(list)
    for change in changes:
        by_kind[change.kind].append(change)
    return {
        change.id: data
        for kind, of_kind in by_kind.items()
        for change, data in zip(of_kind, describe(session, kind, of_kind), strict=True)
    }


def _without_births(changes: Sequence[UntoldChange]) -> Iterator[UntoldChange]:
    """The services that a subscription is born with are no change of it: both were written at one instant."""
    born: set[tuple[UUID, datetime]] = {
        (change.object_id, change.created_at)
        for change in changes
        if change.kind == "subscriptions" and change.before is None
    }
    for change in changes:
        if change.kind != "subscription_services" or (change.object_id, change.created_at) not in born:
            yield change


def _numbered(session: Session, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order in which they are: `position` over all, `sequence` per account, and ids that are theirs for ever."""
    if not events:
        return []
    taken = update(EventPosition).values(last_position=EventPosition.last_position + len(events))
    last = session.scalars(taken.returning(EventPosition.last_position)).one()
    sequences = _next_sequences(session, [event["account_id"] for event in events])
    positions = range(last - len(events) + 1, last + 1)
    return [
        {**event, "id": row_id, "position": position, "sequence": next(sequences[event["account_id"]])}
        for event, row_id, position in zip(events, uuid7s(len(events)), positions, strict=True)
    ]


def _next_sequences(session: Session, account_ids: Sequence[UUID]) -> dict[UUID, Iterator[int]]:
    wanted: dict[UUID, int] = defaultdict(int)
    for account_id in account_ids:
        wanted[account_id] += 1
    rows = [{"account_id": account_id, "last_sequence": number} for account_id, number in sorted(wanted.items())]
    counted = insert(EventCounter).values(rows)
    counted = counted.on_conflict_do_update(
        index_elements=["account_id"],
        set_={"last_sequence": EventCounter.last_sequence + counted.excluded.last_sequence},
    )
    session.execute(counted)
    last = select(EventCounter.account_id, EventCounter.last_sequence).where(
        is_among(EventCounter.account_id, list(wanted))
    )
    return {
        account_id: iter(range(number - wanted[account_id] + 1, number + 1))
        for account_id, number in session.execute(last)
    }
