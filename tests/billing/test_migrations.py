"""The tables in code and the tables in the database are the same tables."""

from alembic import command
from sqlalchemy import CheckConstraint, create_engine, text

from database.base import Base
from database.engine import dialect_url
from database.migrate import alembic_config, upgrade
from database.migrations.tables import metadata
from database.rights import AREAS, DECISIONS
from tests.logins import urls_of


def test_models_and_migrations_agree(database_url: str) -> None:
    engine = create_engine(dialect_url(database_url))
    with engine.begin() as connection:
        command.check(alembic_config(connection))
    engine.dispose()


def test_every_table_has_a_decision_who_may_do_what_with_it() -> None:
    assert set(DECISIONS) == set(metadata.tables), "say it in database/rights/"
    assert sum(len(area) for area in AREAS) == len(DECISIONS), "a table is decided on in one area"


def test_every_table_that_is_shown_says_whose_its_rows_are() -> None:
    unsaid = [table for table, decision in DECISIONS.items() if decision.is_shown and decision.whose is None]
    assert unsaid == [], (
        "the door or the portal would see every customer's rows: say whose they are, in database/rights/ beside the "
        "table's rights: `whose=OF_ACCOUNT` where it has a column account_id, `part_of(parent, column)` for lines of "
        "something, `nobodys(reason)`, or another word of database/rights/whose.py"
    )


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    upgrade(urls_of(database_url))


def test_what_the_database_refuses_is_what_the_tables_say(database_url: str) -> None:
    engine = create_engine(dialect_url(database_url))
    with engine.begin() as connection:
        checks = text("SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace")
        refused = set(connection.scalars(checks))
    engine.dispose()
    assert refused == {
        str(constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
