"""Whoever takes over a process has that process's rights, and no way to more. PostgreSQL says so, not our code."""

from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any, LiteralString
from uuid import uuid4

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege, RestrictViolation

from billing.accounts.tables import Account
from billing.catalog.seed import seed
from database.engine import Database, link_options, make_engine, opened
from database.migrate import upgrade
from database.migrations.tables import metadata
from database.rights import ALL_COLUMNS, DECISIONS, Rights
from database.role_names import CONSOLE, INGRESS, PORTAL, ROLES, WORKER
from database.roles import DatabaseUrls, RoleRefused, as_role
from tests.billing.subscribers import Books, utc
from tests.logins import as_worker, urls_of

# what nobody but the owner may ever do
WAYS_OUT: tuple[LiteralString, ...] = (
    "SET ROLE cashbeat",
    "SET SESSION AUTHORIZATION cashbeat",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "CREATE TABLE mine (id int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "CREATE EXTENSION file_fdw",
    "ALTER ROLE cashbeat_ingress SUPERUSER",
    "ALTER ROLE cashbeat PASSWORD 'mine'",
    "GRANT cashbeat TO cashbeat_worker",
    "ALTER SYSTEM SET fsync = off",
    "SET session_replication_role = replica",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'mine')",
    "SELECT lo_put(1, 0, 'mine')",
    "SELECT lo_import('PG_VERSION')",
    "SELECT lo_export(1, 'mine')",
    "SELECT rolpassword FROM pg_authid",
    "ALTER TABLE invoices DISABLE TRIGGER ALL",
    "ALTER TABLE invoices ADD COLUMN mine int",
    "DROP TABLE invoices",
    "TRUNCATE inbox",
    "TRUNCATE ledger_entries",
    "TRUNCATE audit_entries CASCADE",
    "DROP TRIGGER append_only ON ledger_entries",
    "DROP TRIGGER awaits_link ON audit_entries",
    "CREATE TRIGGER mine BEFORE INSERT ON invoices EXECUTE FUNCTION refuse_edit()",
)
FORBIDDEN: dict[str, tuple[LiteralString, ...]] = {
    INGRESS: (
        "SELECT * FROM payment_attempts",
        "SELECT * FROM integration_providers",
        "UPDATE webhook_secrets SET active_until = now()",
        "SELECT * FROM ledger_entries",
        "INSERT INTO ledger_entries DEFAULT VALUES",
        "INSERT INTO invoices DEFAULT VALUES",
        "INSERT INTO subscriptions DEFAULT VALUES",
        "INSERT INTO credit_grants DEFAULT VALUES",
        "INSERT INTO api_keys DEFAULT VALUES",
        "UPDATE api_keys SET revoked_at = NULL",
        "UPDATE api_keys SET scopes = '{admin:write}'",
        "UPDATE staff_members SET role = 'admin'",
        "UPDATE operations SET state = 'done'",
        "UPDATE test_clocks SET frozen_at = now()",
        "UPDATE inbox SET body = ''",
        "DELETE FROM inbox",
        "UPDATE audit_entries SET action = 'other'",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_personal",
        "INSERT INTO audit_links DEFAULT VALUES",
        "DELETE FROM audit_unchained",
    ),
    WORKER: (
        "SELECT * FROM api_keys",
        "SELECT secret_sha256 FROM api_keys",
        "UPDATE api_keys SET secret_sha256 = ''",
        "UPDATE api_keys SET scopes = '{admin:write}'",
        "UPDATE api_keys SET staff_id = NULL",
        "DELETE FROM api_keys",
        "UPDATE staff_members SET name = 'mine'",
        "DELETE FROM staff_members",
        "SELECT * FROM webhook_secrets",
        "UPDATE integration_providers SET endpoint = ''",
        "UPDATE plan_prices SET price_minor = 1",
        "UPDATE coupons SET percent_ppm = 1000000",
        "DELETE FROM tax_rates",
        "DELETE FROM invoices",
        "DELETE FROM invoice_lines",
        "UPDATE invoice_lines SET unit_minor = 1, net_minor = 1",
        "UPDATE invoices SET total_minor = 1, subtotal_minor = 1",
        "UPDATE invoices SET account_id = id",
        "DELETE FROM invoice_documents",
        "UPDATE invoice_documents SET sha256 = ''",
        "DELETE FROM receipts",
        "UPDATE receipts SET amount_minor = 1",
        "DELETE FROM allocations",
        "UPDATE allocations SET amount_minor = 1",
        "DELETE FROM payment_attempts",
        "UPDATE payment_attempts SET amount_minor = 1",
        "DELETE FROM ledger_entries",
        "DELETE FROM ledger_transactions",
        "UPDATE ledger_entries SET amount_minor = 1",
        "DELETE FROM credit_transactions",
        "UPDATE credit_grants SET amount = 1",
        "DELETE FROM operations",
        "UPDATE operations SET kind = 'x'",
        "UPDATE inbox SET body = ''",
        "DELETE FROM outbox",
        "UPDATE audit_entries SET action = 'other'",
        "DELETE FROM audit_entries",
        "UPDATE audit_personal SET content = '{}'",
        "UPDATE audit_links SET hash = ''",
        "DELETE FROM audit_links",
    ),
    PORTAL: (
        "SELECT * FROM api_keys",
        "SELECT * FROM integration_providers",
        "SELECT * FROM webhook_secrets",
        "SELECT * FROM inbox",
        "SELECT * FROM payment_attempts",
        "UPDATE operations SET state = 'done'",
        "DELETE FROM operations",
        "INSERT INTO portal_links DEFAULT VALUES",
        "UPDATE portal_links SET expires_at = now()",
        "UPDATE portal_sessions SET user_id = 'user_1'",
        "UPDATE portal_sessions SET ends_at = now()",
        "DELETE FROM portal_sessions",
        "INSERT INTO sign_in_secrets DEFAULT VALUES",
        "INSERT INTO sign_in_ways DEFAULT VALUES",
        "UPDATE sign_ins SET email = 'thief@example.com'",
        "DELETE FROM sign_ins",
        "UPDATE parked_forms SET user_id = 'user_1'",
        "SELECT * FROM outbox",
        "UPDATE outbox SET state = 'done'",
        "UPDATE invoices SET status = 'paid'",
        "DELETE FROM accounts",
        "SELECT * FROM staff_sessions",
        "UPDATE account_looks SET ended_at = now()",
        "INSERT INTO account_looks DEFAULT VALUES",
        "SELECT * FROM staff_parked_forms",
    ),
    CONSOLE: (
        "SELECT * FROM api_keys",
        "SELECT secret_sha256 FROM api_keys",
        "SELECT * FROM integration_providers",
        "SELECT * FROM webhook_secrets",
        "SELECT secret FROM webhook_secrets",
        "SELECT * FROM endpoint_secrets",
        "SELECT * FROM unverified_events",
        "SELECT body FROM unverified_events",
        "SELECT * FROM payment_attempts",
        "SELECT * FROM ledger_entries",
        "INSERT INTO inbox DEFAULT VALUES",
        "UPDATE operations SET state = 'done'",
        "UPDATE staff_members SET role = 'admin'",
        "INSERT INTO staff_members DEFAULT VALUES",
        "INSERT INTO staff_links DEFAULT VALUES",
        "UPDATE staff_links SET expires_at = now()",
        "UPDATE staff_sessions SET staff_id = id",
        "DELETE FROM staff_sessions",
        "DELETE FROM staff_second_factors",
        "UPDATE account_looks SET reason = 'none'",
        "DELETE FROM account_looks",
        "UPDATE approvals SET status = 'approved'",
        "UPDATE audit_entries SET action = 'other'",
        "DELETE FROM audit_personal",
        "UPDATE invoices SET status = 'paid'",
        "SELECT * FROM portal_sessions",
        "SELECT * FROM parked_forms",
        "UPDATE staff_parked_forms SET staff_id = id",
    ),
}


@pytest.fixture
def walled(database_url: str) -> str:
    """The owner's address of a database as installations have it, without what stories may do beyond."""
    upgrade(urls_of(database_url))
    return database_url


@pytest.fixture(params=ROLES)
def intruder(request: pytest.FixtureRequest, walled: str) -> Iterator[tuple[str, Any]]:
    """Whoever holds a process's address, and has tried to shed its role."""
    role: str = request.param
    with closing(psycopg2.connect(as_role(walled, role, role), **link_options())) as connection:  # type: ignore[call-overload] # options of any type
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE NONE; RESET SESSION AUTHORIZATION; RESET ALL")
            yield role, cursor


def test_each_role_has_the_rights_that_were_decided_and_no_other(intruder: tuple[str, Any]) -> None:
    role, cursor = intruder
    for table, decision in DECISIONS.items():
        rights = decision.by_role[role]
        assert _on_table(cursor, role, table) == set(_whole(rights)), table
        assert _of_columns(cursor, role, table, "UPDATE") == _columns(table, rights.changes), table
        readable = ALL_COLUMNS if rights.reads else rights.reads_only
        assert _of_columns(cursor, role, table, "SELECT") == _columns(table, readable), table


def test_no_role_is_more_than_a_login(intruder: tuple[str, Any]) -> None:
    role, cursor = intruder
    cursor.execute("SELECT session_user, current_user, current_setting('is_superuser')")
    assert cursor.fetchone() == (role, role, "off")
    cursor.execute(
        "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = %s", [role]
    )
    assert cursor.fetchone() == (0,)


def test_what_is_forbidden_is_refused(intruder: tuple[str, Any]) -> None:
    role, cursor = intruder
    for statement in (*WAYS_OUT, *FORBIDDEN[role]):
        assert _is_refused(cursor, statement), statement


def test_a_worker_cannot_renumber_a_paper_nor_turn_the_counter_back(walled: str) -> None:
    database = Database(make_engine(walled))
    with database.transaction() as session:
        seed(session)
    books = Books(database)
    account_id = books.open()
    books.give_card(account_id, utc("2026-01-15 09:00"))
    books.subscribe(account_id, utc("2026-01-15 10:00"))
    database.engine.dispose()
    with closing(psycopg2.connect(as_worker(walled))) as connection, connection.cursor() as cursor:
        for statement in (
            "UPDATE invoices SET number = 'INV-1'",
            "UPDATE invoices SET number = NULL, issued_at = NULL, status = 'draft'",
            "UPDATE invoices SET issued_at = now()",
            "UPDATE invoices SET buyer = '{}'",
            "UPDATE invoice_counters SET last_number = 0",
        ):
            with pytest.raises(RestrictViolation, match=r"a number once given stays|a paper stays as it was issued"):
                cursor.execute(statement)
            connection.rollback()


def test_a_worker_may_empty_what_was_said_and_change_nothing_of_it(walled: str) -> None:
    said = (
        "INSERT INTO operations (id, kind, caller, idempotency_key, body, body_sha256) VALUES (%s, %s, %s, %s, %s, '')"
    )
    with closing(psycopg2.connect(walled)) as owner, owner, owner.cursor() as cursor:
        for caller in ("app/shop", "user/1/2"):
            cursor.execute(said, (str(uuid4()), "refund_payment", caller, "1", '{"amount": 1}'))
    with closing(psycopg2.connect(as_worker(walled))) as connection, connection.cursor() as cursor:
        for statement in (
            """UPDATE operations SET body = '{"amount": 2}'""",
            "UPDATE operations SET caller = 'staff/mo'",
            "UPDATE operations SET caller = 'user/erased' WHERE caller = 'app/shop'",
            "UPDATE operations SET idempotency_key = '2'",
        ):
            with pytest.raises(RestrictViolation):
                cursor.execute(statement)
            connection.rollback()
        cursor.execute("""UPDATE operations SET body = '{"erased": true}', idempotency_key = NULL""")
        cursor.execute("UPDATE operations SET caller = 'user/erased' WHERE caller LIKE 'user/%'")


def test_an_owner_without_superuser_makes_the_walls(walled: str, postgres_server: Any) -> None:
    name, owner = f"managed_{uuid4().hex[:8]}", f"owner_{uuid4().hex[:8]}"
    with closing(psycopg2.connect(walled)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(f"CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD 'its own'")
        cursor.execute(f"GRANT {', '.join(ROLES)} TO {owner} WITH ADMIN OPTION, SET FALSE, INHERIT FALSE")
        cursor.execute(f"CREATE DATABASE {name} OWNER {owner}")
        try:
            managed = urls_of(as_role(postgres_server.url(name), owner, "its own"))
            for _ in range(2):
                upgrade(managed)
            _seed_as_owner(managed)
            with closing(psycopg2.connect(managed.worker)) as hands, hands.cursor() as worker:
                worker.execute("SELECT count(*) FROM accounts")
                assert worker.fetchone() == (1,)
                assert _is_refused(worker, "DELETE FROM invoices")
        finally:
            postgres_server.drop_database(name)
            cursor.execute(f"REVOKE {', '.join(ROLES)} FROM {owner}")
            cursor.execute(f"DROP ROLE {owner}")


def test_a_password_is_changed_by_migrating_with_another_address(walled: str) -> None:
    changed = DatabaseUrls(walled, *(as_role(walled, role, "another: @/%'") for role in ROLES))
    try:
        upgrade(changed)
        for url in changed.of_roles().values():
            psycopg2.connect(url).close()
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(as_worker(walled))
    finally:
        upgrade(urls_of(walled))


def test_a_role_that_could_do_more_is_refused(walled: str) -> None:
    with closing(psycopg2.connect(walled)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(f"ALTER ROLE {PORTAL} CREATEDB")
        try:
            with pytest.raises(RoleRefused, match=PORTAL):
                upgrade(urls_of(walled))
        finally:
            cursor.execute(f"ALTER ROLE {PORTAL} NOCREATEDB")


def test_an_address_of_another_user_is_refused(walled: str) -> None:
    with pytest.raises(RoleRefused, match=f"an address for {INGRESS} has to name that user and a password"):
        upgrade(DatabaseUrls(walled, walled, walled, walled, walled))


def _seed_as_owner(urls: DatabaseUrls) -> None:
    """The policies are forced on who made them: this owner is no superuser, and sees what it wrote all the same."""
    with opened(urls.owner) as database:
        with database.transaction() as session:
            seed(session)
        account_id = Books(database).open()
        with database.transaction() as session:
            assert session.get_one(Account, account_id).id == account_id


def _whole(rights: Rights) -> Iterator[str]:
    """The privileges on the whole table."""
    return (privilege for privilege in rights.privileges() if "(" not in privilege)


def _columns(table: str, named: tuple[str, ...]) -> set[str]:
    return {column.name for column in metadata.tables[table].columns} if named == ALL_COLUMNS else set(named)


def _on_table(cursor: Any, role: str, table: str) -> set[str]:
    found = set()
    for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
        cursor.execute("SELECT has_table_privilege(%s, %s, %s)", (role, table, privilege))
        found |= {privilege} if cursor.fetchone()[0] else set()
    return found


def _of_columns(cursor: Any, role: str, table: str, privilege: str) -> set[str]:
    found = set()
    for column in metadata.tables[table].columns:
        cursor.execute("SELECT has_column_privilege(%s, %s, %s, %s)", (role, table, column.name, privilege))
        found |= {column.name} if cursor.fetchone()[0] else set()
    return found


def _is_refused(cursor: Any, statement: LiteralString) -> bool:
    with suppress(InsufficientPrivilege):
        cursor.execute(statement)
        return False
    return True
