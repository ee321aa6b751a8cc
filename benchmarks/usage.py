"""Usage told in batches through the whole API: request, durable row, worker, done. 16 clients, an account each.

The floor is what PostgreSQL itself does with as many clients in the same run: pgbench's simple update.
"""

import json
from collections.abc import Iterator
from itertools import count
from uuid import UUID

from sqlalchemy import text

from benchmarks.consume import CLIENTS, open_with_credits, requests_of, send_all, serving
from benchmarks.parts import Bench, running_bench
from benchmarks.row import Row
from benchmarks.simple_update import simple_updates_per_second
from billing.invariants import violations
from billing.usage.set_cost import NewCost, set_cost
from billing.usage.tables import Rounding
from schemas.commands.usage import EVENTS_MAX
from workers.wiring import utc_now

PATH = "/v1/usage/"
BATCHES = 128
EVENTS = BATCHES * EVENTS_MAX
AIM = 5.0
OPERATIONS = ("page_scan", "keyword_check", "report")


def usage() -> list[Row]:
    """Events per second, from the first request to the last one done, over simple updates per second."""
    with running_bench() as bench:
        floor = simple_updates_per_second(bench, CLIENTS)
        accounts, key = open_with_credits(bench, EVENTS, CLIENTS)
        _price(bench)
        with serving(bench) as port:
            numbers = count()
            send_all(bench, port, requests_of(PATH, key, _bodies(accounts, CLIENTS, numbers), "warm"))
            seconds = send_all(bench, port, requests_of(PATH, key, _bodies(accounts, BATCHES, numbers), "usage"))
        _check(bench, EVENTS + CLIENTS * EVENTS_MAX)
    value = EVENTS / seconds
    return [Row("usage.events_per_second", value, "events/s", floor, value / floor, AIM)]


def _price(bench: Bench) -> None:
    now = utc_now()
    with bench.database.transaction() as session:
        for operation in OPERATIONS:
            set_cost(session, NewCost(operation, operation, "unit", 1, 10, Rounding.DOWN, now.replace(year=2020)), now)


def _bodies(accounts: list[UUID], batches: int, numbers: Iterator[int]) -> Iterator[str]:
    """Of each account in turn; every event is a new one."""
    for batch in range(batches):
        events = [
            {"event_id": f"event-{n}", "operation": OPERATIONS[n % len(OPERATIONS)], "quantity": 1 + n % 20}
            for n, _ in zip(numbers, range(EVENTS_MAX), strict=False)
        ]
        yield json.dumps({"account_id": str(accounts[batch % len(accounts)]), "events": events})


def _check(bench: Bench, events: int) -> None:
    """A fast wrong answer is no answer."""
    with bench.database.transaction() as session:
        recorded = session.scalar(text("SELECT count(*) FROM usage_events"))
        wrong = violations(session)
    if recorded != events or wrong:
        raise RuntimeError(f"{recorded} of {events} events are recorded; {wrong}")
