"""Renewals, books only: subscriptions renewed a second, beside inserting the very same rows with plain SQL.

The floor gets its rows for nothing: they were read back from the renewed books beforehand. It decides nothing, moves no
subscription on, and commits as often. Both write into databases of equal content.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extras import Json, execute_values
from sqlalchemy import text

from benchmarks.renewals_due import make_due
from benchmarks.row import Row
from billing.clocks.timelines import Timeline
from billing.cycle.renewal.come_due import RENEWALS, come_due
from billing.cycle.renewal.due import claim_due
from billing.invariants import violations
from database.engine import Database, make_engine
from database.roles import WORKER
from stack.ports import free_port
from stack.postgres import EmbeddedPostgres
from stack.prepare import migrate

SIZES = (10_000, 100_000)
AIM = 0.5
AIM_OF_SCALE = 0.9
BATCH_MAX = RENEWALS.rows_max
NOW = datetime(2026, 3, 31, 10, 0, tzinfo=UTC)
# what a renewal writes, in an order that their foreign keys allow
TABLES = (
    "invoices", "invoice_lines", "subscription_periods", "ledger_transactions", "ledger_entries", "payment_attempts",
    "outbox",
)  # fmt: skip
# those of the batch before are in the base already, without an invoice; the others in the order they were written
ORDER = {"subscription_periods": "invoice_id"}
# numbered by the database itself
GENERATED = {"ledger_entries": {"id"}}


def renewals() -> list[Row]:
    """Renewals per second over the same rows inserted, for both sizes, and the larger rate over the smaller."""
    rows = []
    with _server() as server:
        for size in SIZES:
            value, floor = _measure(server, size)
            name = f"renewals.{size // 1_000}k_per_second"
            rows.append(Row(name, value, "renewals/s", floor, value / floor, AIM))
    small, large = rows
    scale = Row(
        "renewals.100k_over_10k", large.value, "renewals/s", small.value, large.value / small.value, AIM_OF_SCALE
    )
    return [*rows, scale]


@contextmanager
def _server() -> Iterator[EmbeddedPostgres]:
    with tempfile.TemporaryDirectory(prefix="cashbeat-bench-") as home:
        server = EmbeddedPostgres(Path(home), free_port(0))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _measure(server: EmbeddedPostgres, size: int) -> tuple[float, float]:
    base, books, floor = (f"{name}_{size}" for name in ("base", "books", "floor"))
    server.create_database(base)
    migrate(server.url(base))
    make_due(server.url(base), size, NOW)
    server.create_database(books, template=base)
    server.create_database(floor, template=base)
    value = size / _renew(server.url(books), size)
    rate_of_floor = size / _insert(server.url(floor), _batches_of_rows(server.url(books)))
    for name in (base, books, floor):
        server.drop_database(name)
    return value, rate_of_floor


def _renew(url: str, size: int) -> float:
    """Seconds for all of them, as the sweep does it, a transaction per batch."""
    database = Database(make_engine(url, WORKER))
    started = time.perf_counter()
    while _renew_batch(database):
        database.take_staged()
    seconds = time.perf_counter() - started
    _check(database, size)
    database.engine.dispose()
    return seconds


def _renew_batch(database: Database) -> int:
    with database.transaction() as session:
        claimed = claim_due(session, Timeline(None, NOW), BATCH_MAX)
        come_due(session, claimed, NOW)
    return len(claimed)


def _check(database: Database, size: int) -> None:
    with database.transaction() as session:
        renewed = session.scalar(text("SELECT count(*) FROM invoices WHERE reason = 'renewal'"))
        found = [violation for violation in violations(session) if "nothing_waits" not in violation]
    if renewed != size or found:
        raise RuntimeError(f"{renewed} of {size} were renewed; {found[:3]}")


def _batches_of_rows(url: str) -> list[list[tuple[str, list[str], list[tuple[Any, ...]]]]]:
    """The rows of every batch, table by table, as they were written."""
    with psycopg2.connect(url) as connection:
        tables = {table: _rows_of(connection, table) for table in TABLES}
    periods = tables["subscription_periods"][1]
    del periods[len(tables["invoices"][1]) :]
    connection.close()
    batches = len(tables["invoices"][1]) // BATCH_MAX
    sources = {table: (columns, iter(rows), len(rows) // batches) for table, (columns, rows) in tables.items()}
    return [
        [(table, columns, list(islice(rows, share))) for table, (columns, rows, share) in sources.items()]
        for _ in range(batches)
    ]


def _rows_of(connection: Any, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY {ORDER.get(table, 'id')}")  # noqa: S608 - our own names
        names = [column.name for column in cursor.description]
        wanted = [index for index, name in enumerate(names) if name not in GENERATED.get(table, ())]
        rows = [tuple(_value(row[index]) for index in wanted) for row in cursor]
    return [names[index] for index in wanted], rows


def _value(value: Any) -> Any:
    return Json(value) if isinstance(value, dict) else value


def _insert(url: str, batches: Sequence[Sequence[tuple[str, list[str], list[tuple[Any, ...]]]]]) -> float:
    connection = psycopg2.connect(url)
    started = time.perf_counter()
    for batch in batches:
        with connection, connection.cursor() as cursor:
            for table, columns, rows in batch:
                statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES %s"  # noqa: S608 - our own names
                execute_values(cursor, statement, rows, page_size=len(rows))
    seconds = time.perf_counter() - started
    connection.close()
    return seconds
