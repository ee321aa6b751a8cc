"""A poisonous event is parked; its neighbours are handled, and after the repair it is replayed."""

import json
from uuid import UUID

from sqlalchemy import text

from database.engine import Database
from database.inbox import remember
from schemas.messages.webhooks import HandleWebhooks
from settings import Settings
from stack.parked import list_parked
from stack.parked_decisions import replay
from stack.running import Stack
from stack.shopper import Shopper
from tests.scenarios.storytelling import eventually
from workers.celery_app import make_app
from workers.producer import Bell

GOOD_EVENTS = [f"evt_good{number}" for number in range(5)]


def _event(event_id: str, event_type: str) -> tuple[str, str, str]:
    """An event that carries an empty object: harmless for a type that does not concern us, unreadable for others."""
    body = {"id": event_id, "object": "event", "type": event_type, "created": 1_790_000_000, "data": {"object": {}}}
    return event_id, event_type, json.dumps(body)


def test_one_bad_event_among_good_ones(stack: Stack, shopper: Shopper, stack_books: Database) -> None:
    events = [_event(name, "product.created") for name in GOOD_EVENTS]
    events.insert(2, _event("evt_broken", "checkout.session.completed"))
    with stack_books.transaction() as session:
        ids = remember(session, "stripe", events)
    Bell(make_app(stack.addresses.broker_url)).ring(HandleWebhooks(ids=tuple(ids)))
    eventually(
        lambda: _states(stack_books) == {"evt_broken": "parked"} | dict.fromkeys(GOOD_EVENTS, "done"), "all six to end"
    )

    settings = Settings(database_url=stack.addresses.database_url)
    [parked] = [row for row in list_parked(settings, 200).rows if row.memory == "inbox"]
    assert "MalformedEvent" in parked.reason
    assert replay(settings, parked.id) == "inbox"
    eventually(lambda: _attempts(stack_books, parked.id) == 1, "the sweep to ring for it again")
    with stack_books.transaction() as session:
        session.execute(text("DELETE FROM inbox WHERE event_id = 'evt_broken'"))


def _states(books: Database) -> dict[str, str]:
    with books.transaction() as session:
        rows = session.execute(text("SELECT event_id, state FROM inbox WHERE event_id ~ '^evt_(good|broken)'"))
        return {row.event_id: row.state for row in rows}


def _attempts(books: Database, row_id: UUID) -> int:
    with books.transaction() as session:
        found = text("SELECT attempts FROM inbox WHERE id = :id AND state = 'parked'")
        return int(session.scalar(found, {"id": row_id}) or 0)
