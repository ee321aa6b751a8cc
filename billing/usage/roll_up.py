"""Roll up events: their sums by quarter of an hour, in the transaction that writes them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

QUARTER = timedelta(minutes=15)

ADD = text("""
    INSERT INTO usage_roll_ups AS known (account_id, begins_at, operation, events, quantity, credits)
    SELECT * FROM unnest(
        CAST(:account_id AS UUID[]), CAST(:begins_at AS TIMESTAMPTZ[]), CAST(:operation AS TEXT[]),
        CAST(:events AS BIGINT[]), CAST(:quantity AS BIGINT[]), CAST(:credits AS BIGINT[])
    )
    ON CONFLICT (account_id, begins_at, operation) DO UPDATE SET
        events = known.events + excluded.events, quantity = known.quantity + excluded.quantity,
        credits = known.credits + excluded.credits
""")
COLUMNS = ("account_id", "begins_at", "operation", "events", "quantity", "credits")


def roll_up(session: Session, events: Iterable[Mapping[str, Any]]) -> None:
    """Add events, as rows of their table, to the sums. The caller holds their accounts."""
    sums: dict[tuple[UUID, datetime, str], list[int]] = {}
    for event in events:
        key = event["account_id"], quarter_of(event["happened_at"]), event["operation"]
        counted = sums.setdefault(key, [0, 0, 0])
        for place, more in enumerate((1, event["quantity"], event["credits"])):
            counted[place] += more
    # in the order of the key, as everybody who writes some of them
    rows = [(str(key[0]), *key[1:], *sums[key]) for key in sorted(sums)]
    if rows:
        session.connection().execute(ADD, dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))


def quarter_of(at: datetime) -> datetime:
    """When the quarter of an hour began in which an instant lies, UTC."""
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)
