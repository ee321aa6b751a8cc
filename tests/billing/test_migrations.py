"""The tables in code and the tables in the database are the same tables."""

from alembic import command
from sqlalchemy import create_engine

from database.engine import dialect_url
from database.migrate import alembic_config, upgrade


def test_models_and_migrations_agree(database_url: str) -> None:
    engine = create_engine(dialect_url(database_url))
    with engine.begin() as connection:
        command.check(alembic_config(connection))
    engine.dispose()


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
