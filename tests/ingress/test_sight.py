"""What a transaction of the door may see is said to PostgreSQL, and forgotten with the transaction."""

from uuid import UUID

import pytest
from sqlalchemy import text

from database.engine import Database
from database.sight import EVERYTHING, NOTHING, Sight, look

ADA = UUID(int=1)
SAID = text("""
    SELECT current_setting('cashbeat.accounts', true), current_setting('cashbeat.callers', true),
        current_setting('cashbeat.permissions', true)
""")


@pytest.mark.parametrize("word", ["shop", "", "*", 'a"b', "a\\b", '\\"', "a,b", "{a}", "NULL", " a ", "ü", "a\nb"])
def test_a_word_is_read_as_it_was_said(bare_database: Database, word: str) -> None:
    sight = Sight(frozenset([ADA]), (word, "another"), frozenset([word]))
    with bare_database.transaction() as session:
        look(session, sight)
        accounts, callers, permissions = session.execute(SAID).one()
        as_arrays = text("SELECT CAST(:a AS uuid[]), CAST(:c AS text[]), CAST(:p AS text[])")
        read = session.execute(as_arrays, {"a": accounts, "c": callers, "p": permissions}).one()
    assert tuple(read) == ([ADA], [word, "another"], [word])


def test_nothing_and_everything_are_two_things(bare_database: Database) -> None:
    with bare_database.transaction() as session:
        look(session, NOTHING)
        assert tuple(session.execute(SAID).one()) == ("{}", "{}", "{}")
        look(session, EVERYTHING)
        assert tuple(session.execute(SAID).one()) == ("*", "*", "*")


def test_the_next_transaction_of_a_connection_has_said_nothing(bare_database: Database) -> None:
    with bare_database.transaction() as session:
        look(session, EVERYTHING)
        connection = session.connection().connection.dbapi_connection
    met = False
    for _ in range(10):  # the pool may have others, which take turns with it
        with bare_database.transaction() as session:
            met = met or session.connection().connection.dbapi_connection is connection
            assert set(session.execute(SAID).one()) <= {None, ""}
    assert met
