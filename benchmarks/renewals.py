"""Renewals, books only: subscriptions renewed a second, beside inserting the very same rows with plain SQL.

The floor gets its rows for nothing: they were read back from the renewed books beforehand. It decides nothing, moves no
subscription on, and commits as often. Both write into databases of equal content.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extras import Json, execute_values

from benchmarks.renewals_due import make_due
from benchmarks.renewals_run import NOW, renew
from benchmarks.row import Row
from billing.cycle.renewal.come_due import RENEWALS
from settings import Settings
from stack.ports import free_port
from stack.postgres import EmbeddedPostgres
from stack.prepare import migrate
from stack.stores import urls_of

SIZES = (10_000, 100_000)
AIM = 0.6
AIM_OF_SCALE = 0.9
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
    with running_server() as server:
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
def running_server() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL with the settings that people have, on a port of its own."""
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
    migrate(urls_of(Settings(), server.home, server.url(base)))
    make_due(server.url(base), size, NOW)
    server.create_database(books, template=base)
    server.create_database(floor, template=base)
    value = renew(urls_of(Settings(), server.home, server.url(books)).worker, size).per_second
    rate_of_floor = size / _insert(server.url(floor), _batches_of_rows(server.url(books)))
    for name in (base, books, floor):
        server.drop_database(name)
    return value, rate_of_floor


def _batches_of_rows(url: str) -> list[list[tuple[str, list[str], list[tuple[Any, ...]]]]]:
    """The rows of every batch, table by table, as they were written."""
    with psycopg2.connect(url) as connection:
        tables = {table: _rows_of(connection, table) for table in TABLES}
    periods = tables["subscription_periods"][1]
    del periods[len(tables["invoices"][1]) :]
    connection.close()
    batches = len(tables["invoices"][1]) // RENEWALS.rows_max
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
