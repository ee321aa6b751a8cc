"""Whatever is wrong with events, debits, sums or reservations is found; the books are broken behind all constraints."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, text

from billing.invariants import usage_is_proved
from database.engine import Database, dialect_url
from tests.billing.conftest import NOON
from tests.billing.meters import Meter, use

DAMAGES = {
    "an event that cost more": "UPDATE usage_events SET credits = credits + 1 WHERE event_id = 'a'",
    "an event of another amount": "UPDATE usage_events SET quantity = quantity + 10 WHERE event_id = 'b'",
    "an event without a price": "UPDATE usage_events SET cost_id = account_id",
    "an event at the price of another operation": "UPDATE usage_events SET operation = 'scan'",
    "a debit that is not there": "DELETE FROM credit_transactions WHERE movement = 'consume'",
    "a debit of another account": "UPDATE usage_events SET account_id = cost_id",
    "an overdraft that is not there": "DELETE FROM credit_debts",
    "a sum that is too high": "UPDATE usage_roll_ups SET credits = credits + 1",
    "a sum that counts too few": "UPDATE usage_roll_ups SET events = events - 1",
    "a sum of nothing": "UPDATE usage_roll_ups SET begins_at = begins_at + interval '15 minutes'",
    "sums that are missing": "DELETE FROM usage_roll_ups",
    "a reservation that gave nothing back": "DELETE FROM credit_transactions WHERE movement = 'release'",
    "a reservation that holds nothing": "DELETE FROM credit_transactions WHERE movement = 'reserve'",
    "a reservation of more": "UPDATE usage_reservations SET credits = credits + 1",
}


@contextmanager
def _owner(database_url: str) -> Iterator[Engine]:
    engine = create_engine(dialect_url(database_url), connect_args={"options": "-c session_replication_role=replica"})
    yield engine
    engine.dispose()


@pytest.mark.parametrize("damage", DAMAGES)
def test_it_is_found(database: Database, account_id: UUID, database_url: str, damage: str) -> None:
    meter = Meter(database, account_id, NOON)
    meter.prepaid.grant(100, NOON)
    for operation, per_quantity in (("scan", 1), ("word", 10)):
        meter.price(operation, 1, per_quantity)
    meter.release(meter.reserve("scan", 5))
    meter.reserve("scan", 40)
    meter.agree(10)
    meter.record(use("a", "scan", 60), use("b", "word", 40), use("c", "word", 45))
    with _owner(database_url) as owner, owner.begin() as connection:
        connection.execute(text(DAMAGES[damage]))
    with database.transaction() as session:
        assert usage_is_proved.ask(session)
