"""Stage events for the endpoints that want them, in the transaction that gives them their numbers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.events.schedule import GIVEN_UP_AFTER
from billing.events.tables import EventDelivery, EventEndpoint
from database.clock import database_time
from database.copy import copy_rows
from database.ids import uuid7s
from schemas.event_types import is_chosen


def stage_deliveries(session: Session, events: Sequence[Mapping[str, Any]]) -> None:
    """A row for each endpoint and each event that it wants. One that is disabled hears nothing of what happens then."""
    if not events:
        return
    # locked against being deleted, which is all that would be in the way of these rows
    listening = session.scalars(
        select(EventEndpoint).where(EventEndpoint.disabled_at.is_(None)).with_for_update(read=True, key_share=True)
    ).all()
    wanted = [
        (endpoint, event) for endpoint in listening for event in events if is_chosen(endpoint.types, event["type"])
    ]
    if not wanted:
        return
    gives_up_at = database_time(session) + GIVEN_UP_AFTER
    rows = [_row(endpoint, event, gives_up_at) for endpoint, event in wanted]
    ids = uuid7s(len(rows))
    copy_rows(session, EventDelivery, [{**row, "id": row_id} for row, row_id in zip(rows, ids, strict=True)])


def _row(endpoint: EventEndpoint, event: Mapping[str, Any], gives_up_at: datetime) -> dict[str, Any]:
    return {
        "endpoint_id": endpoint.id, "event_id": event["id"], "position": event["position"],
        "account_id": event["account_id"], "type": event["type"], "gives_up_at": gives_up_at,
    }  # fmt: skip
