"""A row of each of two customers in every table whose rows are somebody's, whatever else a row would need.

What tables demand of each other and of values is taken from them first: here it only matters whose a row is.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Column, Connection, Table, text
from sqlalchemy.dialects import postgresql

from database.migrations.tables import metadata
from database.rights import DECISIONS

ADA, BOB = UUID(int=0xADA), UUID(int=0xB0B)
FREE = text("""
    DO $$ DECLARE each record; BEGIN
        SET LOCAL session_replication_role = replica;
        FOR each IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype = 'c'
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.of_table, each.conname); END LOOP;
    END $$
""")
OF_TYPE = {
    "BIGINT": "{number}", "INTEGER": "{number}", "BOOLEAN": "false", "JSONB": "'{{}}'", "UUID": "'{row}'",
    "DATE": "date '2026-01-01' + {number}", "TIMESTAMP WITH TIME ZONE": "timestamptz '2026-01-0{number}'",
    "INTERVAL": "'1 day'", "BYTEA": "'{whose}'", "TEXT[]": "'{{}}'", "JSON": "'{{}}'",
}  # fmt: skip
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call] # it has no types


def fill(owner: Connection) -> dict[str, dict[UUID, str]]:
    """Where each table has the row of each customer. The owner must be a superuser, and the database nobody else's."""
    owner.execute(FREE)
    shown = [table for table in metadata.sorted_tables if DECISIONS[table.name].condition(table.name)]
    return {table.name: {whose: _add(owner, table, whose) for whose in (ADA, BOB)} for table in shown}


def caller_of(whose: UUID) -> str:
    """In whose name a customer's operation is said."""
    return whose.hex


def _add(owner: Connection, table: Table, whose: UUID) -> str:
    values = dict(_values(table, whose))
    names, given = ", ".join(values), ", ".join(values.values())
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({given}) RETURNING ctid::text"  # noqa: S608 - our own names
    place: str = owner.exec_driver_sql(statement.replace("%", "%%")).scalar_one()
    return place


def _values(table: Table, whose: UUID) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        if column.identity is None and column.computed is None:
            yield column.name, _refers(column, whose) or _of_type(table, column, whose)


def _refers(column: Column[Any], whose: UUID) -> str | None:
    """The other table's row of the same customer."""
    for key in column.foreign_keys:
        return _of_type(key.column.table, key.column, whose)
    return None


def _of_type(table: Table, column: Column[Any], whose: UUID) -> str:
    row = whose if table.name == "accounts" else uuid5(whose, table.name)
    form = OF_TYPE.get(str(column.type.compile(dialect=DIALECT)), "'{whose}'")
    return form.format(row=row, whose=whose.hex, number=int(whose == BOB) + 1)
