"""Whose rows the door, the portal and the console see does not hang on their queries: PostgreSQL has the last word."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

import pytest
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DataError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from database.engine import dialect_url
from database.rights import DECISIONS
from database.rights.whose import Whose
from database.role_names import CONSOLE, INGRESS, PORTAL
from database.roles import as_role
from database.sight import EVERYTHING, NOTHING, Sight, look
from schemas.permissions import BY_NAME
from tests.stack.rows_of_two import ADA, BOB, caller_of, fill

READERS = (INGRESS, PORTAL, CONSOLE)
BOTH = frozenset({ADA, BOB})
WHAT_TO_DO = (
    "{role} may read {table}, and sees every customer's rows: say in database/rights/ whose they are, as "
    "`whose=OF_ACCOUNT` where it has a column account_id, else with another word of database/rights/whose.py; "
    "`nobodys(...)` needs a reason"
)
READABLE = text("""
    SELECT relname, rolname, relrowsecurity AND relforcerowsecurity AND EXISTS (
        SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND r.oid = ANY (p.polroles) AND p.polcmd IN ('r', '*')
    )
    FROM pg_class c, pg_roles r
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
    AND rolname = ANY (:readers) AND has_any_column_privilege(r.oid, c.oid, 'SELECT')
""")
FOREIGN_POLICIES = text("""
    SELECT p.polname FROM pg_policy p LEFT JOIN pg_roles r ON r.oid = ANY (p.polroles)
    WHERE (0 = ANY (p.polroles) OR r.rolname = ANY (:readers)) AND NOT starts_with(p.polname, 'cashbeat_')
""")
# they would run with their owner's rights, who sees everything
WAYS_AROUND = text("""
    SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
    UNION ALL SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'f')
""")

# they ask themselves who looks, and tell ids alone: see tests/ingress/test_admin_accounts.py
ASKING_BY_THEMSELVES = ["find_accounts"]


@pytest.fixture
def rows_of_two(as_owner: Engine) -> dict[str, dict[UUID, str]]:
    """Where each table has Ada's row, and Bob's."""
    with as_owner.begin() as connection:
        return fill(connection)


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest, database_url: str) -> Iterator[Engine]:
    """One of the two, without any of its code."""
    engine = create_engine(dialect_url(as_role(database_url, request.param, request.param)), poolclass=NullPool)
    yield engine
    engine.dispose()


@contextmanager
def _seeing(reader: Engine, sight: Sight | None) -> Iterator[Session]:
    with Session(reader) as session, session.begin():
        if sight is not None:
            look(session, sight)
        yield session


def _seen(session: Session, reader: Engine) -> dict[str, set[str]]:
    """All rows of all tables that it may read, with no filter at all."""
    tables = [table for table, decision in DECISIONS.items() if _may_read(reader, table) and decision.condition(table)]
    return {table: set(session.scalars(text(f"SELECT ctid::text FROM {table}"))) for table in tables}  # noqa: S608 - our own names


def _may_read(reader: Engine, table: str) -> bool:
    return DECISIONS[table].of_pages[str(reader.url.username)].reads


def _whose(table: str) -> Whose:
    whose = DECISIONS[table].whose
    assert whose is not None
    return whose


def _is_of_customers(table: str) -> bool:
    """Else it is the seller's own, and no customer sees any of it."""
    return " OR " in _whose(table).seen


def test_every_table_says_whose_rows_its_readers_see(as_owner: Engine) -> None:
    with as_owner.connect() as owner:
        for table, role, is_secured in owner.execute(READABLE, {"readers": list(READERS)}):
            whose = DECISIONS[table].whose
            assert whose is not None, WHAT_TO_DO.format(role=role, table=table)
            assert is_secured or (not whose.seen and whose.reason), WHAT_TO_DO.format(role=role, table=table)


def test_nothing_leads_around_the_policies(as_owner: Engine) -> None:
    with as_owner.connect() as owner:
        assert owner.scalars(FOREIGN_POLICIES, {"readers": list(READERS)}).all() == []
        known = owner.scalars(WAYS_AROUND).all()
    assert known == ASKING_BY_THEMSELVES, "a function of its owner's rights has to ask whose rows are seen"


def test_who_sees_ada_sees_of_each_table_her_rows_alone(
    reader: Engine, rows_of_two: dict[str, dict[UUID, str]]
) -> None:
    sight = Sight(frozenset({ADA}), (caller_of(ADA),), frozenset(BY_NAME))
    with _seeing(reader, sight) as session:
        seen = _seen(session, reader)
    assert len(seen) > 20
    for table, places in seen.items():
        hers = {ADA} if _is_of_customers(table) else set()
        assert places == {rows_of_two[table][whose] for whose in hers}, table


@pytest.mark.parametrize("sight", [None, NOTHING])
def test_who_says_nothing_sees_nothing(
    reader: Engine, rows_of_two: dict[str, dict[UUID, str]], sight: Sight | None
) -> None:
    with _seeing(reader, sight) as session:
        assert not any(_seen(session, reader).values())


def test_who_sees_everything_sees_everything(reader: Engine, rows_of_two: dict[str, dict[UUID, str]]) -> None:
    with _seeing(reader, EVERYTHING) as session:
        for table, places in _seen(session, reader).items():
            assert places == set(rows_of_two[table].values()), table


def test_a_connection_that_saw_everything_sees_nothing_afterwards(
    database_url: str, rows_of_two: dict[str, dict[UUID, str]]
) -> None:
    engine = create_engine(dialect_url(as_role(database_url, INGRESS, INGRESS)), pool_size=1, max_overflow=0)
    with _seeing(engine, EVERYTHING) as session:
        assert any(_seen(session, engine).values())
    with _seeing(engine, None) as session:
        assert not any(_seen(session, engine).values())
    engine.dispose()


GARBAGE = ("", "**", "* ", "true", f"{{{BOB}", "{}{}", "{*}", f"{{{ADA},", str(BOB), "NULL", "{NULL}")


def test_garbage_shows_nothing(reader: Engine, rows_of_two: dict[str, dict[UUID, str]]) -> None:
    said = text("SELECT set_config('cashbeat.accounts', :garbage, true)")
    for garbage in GARBAGE:
        with suppress(DataError), _seeing(reader, NOTHING) as session:
            session.execute(said, {"garbage": garbage})
            assert session.scalars(text("SELECT id FROM accounts")).all() == [], garbage


def test_what_takes_a_permission_is_shown_to_nobody_else(
    reader: Engine, rows_of_two: dict[str, dict[UUID, str]]
) -> None:
    taken = {table: _whose(table).permission for table in rows_of_two if _whose(table).permission}
    assert set(taken.values()) <= set(BY_NAME)
    for permission in set(taken.values()):
        for held, are_seen in ((frozenset({permission}), True), (frozenset(BY_NAME) - {permission}, False)):
            with _seeing(reader, Sight(accounts=None, callers=None, permissions=held)) as session:
                seen = _seen(session, reader)
            of_it = [table for table in seen if taken.get(table) == permission]
            assert all(bool(seen[table]) == are_seen for table in of_it), (permission, of_it)


def test_what_is_the_sellers_is_shown_to_nobody_whose_accounts_are_counted(
    database_url: str, rows_of_two: dict[str, dict[UUID, str]]
) -> None:
    engine = create_engine(dialect_url(as_role(database_url, INGRESS, INGRESS)), poolclass=NullPool)
    with _seeing(engine, Sight(accounts=BOTH, callers=None, permissions=None)) as session:
        seen = _seen(session, engine)
    unseen = {table for table, places in seen.items() if not places}
    assert unseen == {table for table in seen if not _is_of_customers(table)} > {"outbox", "statement_lines"}
    engine.dispose()


STAGE = text("""
    INSERT INTO operations (id, kind, caller, body, body_sha256)
    VALUES (gen_random_uuid(), 'open_account', :caller, '{}', '') RETURNING id
""")


def test_the_door_adds_operations_of_whoever_it_speaks_for(database_url: str) -> None:
    engine = create_engine(dialect_url(as_role(database_url, INGRESS, INGRESS)), poolclass=NullPool)
    with _seeing(engine, Sight(callers=("ada",))) as session:
        assert session.scalar(STAGE, {"caller": "ada"}) is not None
    for sight in (Sight(callers=("ada",)), NOTHING, None):
        with pytest.raises(ProgrammingError, match="row-level security") as refused, _seeing(engine, sight) as session:
            session.execute(STAGE, {"caller": "bob"})
        assert isinstance(refused.value.orig, InsufficientPrivilege)
    engine.dispose()
