"""Take away what a test wrote, so that the next one finds the database as it was made.

To copy a database of hundreds of relations, and to drop it, took longer than most tests; and each test met its own with
cold connections. To delete a few rows takes a thousandth of that.
"""

from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

MARKS = Path(__file__).with_name("emptying.sql")
WARM = "warm"  # what connections call themselves that are kept for the next test
GONE_MS = 5_000
# the next test would read through what is left of so many rows
LARGE_BYTES = 2**19
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
SEND_OFF = """
    SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND NOT (application_name = %s AND state = 'idle')
"""
IS_CHANGED = """
    SELECT EXISTS (SELECT FROM tests.changes) OR EXISTS (
        SELECT FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase
        WHERE datname = current_database()
    )
"""
FORGET_CHANGES = sql.SQL("DELETE FROM tests.changes")


class Emptier:
    """The owner's hands in one database, which is as it was made when they come. No trigger holds them."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(url, options="-c session_replication_role=replica")
        self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            cursor.execute(MARKS.read_text(encoding="utf-8"))
        tables = [table for (table,) in self._rows(TABLES)]
        self._kept = [table for table in tables if self._rows(f"SELECT FROM {table} LIMIT 1")]
        self._run([*map(_keep, self._kept)])
        differences = [_if_other(table) if table in self._kept else _if_any(table) for table in tables]
        self._run([sql.SQL("PREPARE written AS ") + sql.SQL(" UNION ALL ").join(differences), FORGET_CHANGES])
        self._remembered: list[str] = []
        self._sequences = self._rows("SELECT sequencename, last_value FROM pg_sequences")

    def empty(self) -> bool:
        """Whether it is as it was made; not when its schema or settings are others, which no deletion mends.

        Whoever is still connected is sent off, save the connections that are kept warm and do nothing.
        """
        self._rows(SEND_OFF, GONE_MS, WARM)
        if self._rows(IS_CHANGED)[0][0]:
            return False
        written = self._written()
        restored = (_restore(table) for table in written if table in self._kept)
        self._run([*map(_delete, written), *restored, *(_rewind(*each) for each in self._sequences)])
        for table in self._large(written):
            self._run([sql.SQL("VACUUM {}").format(sql.Identifier(table))])
        return True

    def is_empty(self) -> bool:
        """Whether nobody has written anything yet."""
        return not self._written()

    def remember(self) -> None:
        """What is written now may be asked for again."""
        self._remembered = self._written()
        self._run([*map(_keep, self._remembered), FORGET_CHANGES])

    def recall(self) -> bool:
        """Write it again where nothing is written; whether there is anything to remember."""
        if self._remembered:
            self._run([*map(_restore, self._remembered)])
        return bool(self._remembered)

    def close(self) -> None:
        """Leave it."""
        self._connection.close()

    def _written(self) -> list[str]:
        """Tables with other rows than at first; with any, mostly."""
        return [table for (table,) in self._rows("EXECUTE written")]

    def _large(self, tables: list[str]) -> list[str]:
        found = "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND pg_relation_size(oid) > %s"
        return [table for (table,) in self._rows(found, tables, LARGE_BYTES)]

    def _run(self, statements: list[sql.Composable]) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql.SQL(";").join(statements))

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall()


def _if_any(table: str) -> sql.Composable:
    return sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(table), sql.Identifier(table))


def _if_other(table: str) -> sql.Composable:
    text = (
        "SELECT {} WHERE (SELECT array_agg(row::text ORDER BY row::text) FROM {} AS row) IS DISTINCT FROM "
        "(SELECT array_agg(row::text ORDER BY row::text) FROM {} AS row)"
    )
    return sql.SQL(text).format(sql.Literal(table), sql.Identifier(table), sql.Identifier("tests", table))


def _keep(table: str) -> sql.Composable:
    return sql.SQL("CREATE TABLE {} AS TABLE {}").format(sql.Identifier("tests", table), sql.Identifier(table))


def _delete(table: str) -> sql.Composable:
    return sql.SQL("DELETE FROM {}").format(sql.Identifier(table))


def _restore(table: str) -> sql.Composable:
    return sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE TABLE {}").format(
        sql.Identifier(table), sql.Identifier("tests", table)
    )


def _rewind(sequence: str, last_value: int | None) -> sql.Composable:
    return sql.SQL("SELECT setval({}, {}, {})").format(
        sql.Literal(sequence), sql.Literal(last_value or 1), sql.Literal(last_value is not None)
    )
