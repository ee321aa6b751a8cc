"""The door's role may add to two tables and read what it serves. PostgreSQL says so, not our code."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege

from database.engine import link_options
from database.migrations.tables import metadata
from database.roles import INGRESS, INGRESS_READS, INGRESS_WRITES

TABLES = sorted(metadata.tables)


@pytest.fixture
def as_door(database_url: str) -> Iterator[Any]:
    with closing(psycopg2.connect(database_url, **link_options(INGRESS))) as connection:  # type: ignore[call-overload] # options of any type
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def test_no_right_but_those_it_needs(as_door: Any) -> None:
    assert len(TABLES) > 20
    for table in TABLES:
        rights = {}
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
            as_door.execute("SELECT has_table_privilege(%s, %s, %s)", (INGRESS, table, right))
            rights[right] = as_door.fetchone()[0]
        assert {right for right, is_given in rights.items() if is_given} == {
            *(["SELECT"] if table in INGRESS_READS else []),
            *(["INSERT"] if table in INGRESS_WRITES else []),
        }, table


def test_it_is_stopped_when_it_tries(as_door: Any) -> None:
    for statement in (
        "SELECT * FROM payment_attempts",
        "SELECT * FROM ledger_entries",
        "INSERT INTO ledger_entries DEFAULT VALUES",
        "INSERT INTO invoices DEFAULT VALUES",
        "INSERT INTO subscriptions DEFAULT VALUES",
        "INSERT INTO credit_grants DEFAULT VALUES",
        "INSERT INTO api_keys DEFAULT VALUES",
        "UPDATE operations SET state = 'done'",
        "UPDATE test_clocks SET frozen_at = now()",
        "UPDATE inbox SET body = ''",
        "DELETE FROM inbox",
        "CREATE TABLE mine (id int)",
    ):
        assert _is_refused(as_door, statement), statement


def _is_refused(as_door: Any, statement: str) -> bool:
    try:
        as_door.execute(statement)
    except InsufficientPrivilege:
        return True
    return False
