"""The accounts that processes log in to PostgreSQL with, and their rights as SQL. Renewed after every migration.

Each is a wall of its own: an account that may log in, owns nothing, is a member of nothing and has no privilege beyond
`database.rights`. There is no SET ROLE, so there is none to take back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psycopg2.extensions import encrypt_password
from sqlalchemy import Connection, make_url

from database.rights import DECISIONS, Rights
from database.role_names import CONSOLE, INGRESS, PORTAL, ROLES, WORKER
from database.row_security import renew_policies

# What a wall must not have: it would lead around the rights on tables.
POWERS = """
    SELECT string_agg(rolname, ', ' ORDER BY rolname) FROM pg_roles r WHERE rolname = ANY (%(roles)s) AND (
        rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
        OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid)
        OR EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid)
        OR EXISTS (SELECT FROM pg_database d WHERE d.datdba = r.oid)
    )
"""

# Everybody may fill the disk with large objects, which no table of ours has. Only the owner of these functions, who is
# the cluster's superuser, can change that.
NO_LARGE_OBJECTS = """DO $$
    DECLARE makes_one regprocedure;
    BEGIN
        FOR makes_one IN
            SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND pg_has_role(proowner, 'USAGE')
            AND proname IN ('lo_create', 'lo_creat', 'lo_from_bytea', 'lo_put', 'lo_import', 'lo_export')
        LOOP
            EXECUTE 'REVOKE EXECUTE ON FUNCTION ' || makes_one || ' FROM PUBLIC';
        END LOOP;
    END $$"""


class RoleRefused(Exception):
    """An address or an account that would be no wall. The text is one sentence for an operator."""


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """Addresses of one database: the owner's, who migrates and operates, and one per process. Never printed."""

    owner: str
    ingress: str
    worker: str
    portal: str
    console: str

    def of_roles(self) -> dict[str, str]:
        """The address of each role, by its name."""
        return {INGRESS: self.ingress, WORKER: self.worker, PORTAL: self.portal, CONSOLE: self.console}


def as_role(url: str, role: str, password: str) -> str:
    """The same database, entered as another."""
    return make_url(url).set(username=role, password=password).render_as_string(hide_password=False)


def renew_roles(connection: Connection, urls: DatabaseUrls) -> None:
    """Make the accounts log in with the passwords of their addresses, and give each exactly its rights and rows.

    Needs CREATEROLE and the tables' ownership, and no superuser. Raises RoleRefused for an address of another user,
    and for an account that has more power than a wall may have.
    """
    for role, url in urls.of_roles().items():
        connection.exec_driver_sql(_created(role))
        connection.exec_driver_sql(f"ALTER ROLE {role} LOGIN PASSWORD '{_verifier(connection, role, url)}'")
    for statement in _grants():
        connection.exec_driver_sql(statement)
    renew_policies(connection)
    powerful = connection.exec_driver_sql(POWERS, {"roles": list(ROLES)}).scalar()
    if powerful is not None:
        raise RoleRefused(
            f"more than a wall may have: {powerful} owns something, is a member of a role or has attributes"
        )


def _created(role: str) -> str:
    """Roles belong to the whole cluster: another database of ours may have made it, even at this moment."""
    return f"""DO $$ BEGIN CREATE ROLE {role} LOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"""


def _verifier(connection: Connection, role: str, url: str) -> str:
    """What the server keeps instead of the password, which so appears in no statement and in no log."""
    entered = make_url(url)
    if entered.username != role or not entered.password:
        raise RoleRefused(f"an address for {role} has to name that user and a password")
    driver = connection.connection.driver_connection
    verifier: str = encrypt_password(entered.password, role, driver, "scram-sha-256")
    return verifier


def _grants() -> Iterator[str]:
    # databases that were begun before PostgreSQL 15 still let everybody create tables
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield NO_LARGE_OBJECTS
    yield f"GRANT USAGE ON SCHEMA public TO {', '.join(ROLES)}"
    for table, decision in DECISIONS.items():
        yield f"REVOKE ALL ON {table} FROM {', '.join(ROLES)}"
        yield from _granted(table, decision.by_role)


def _granted(table: str, rights: Mapping[str, Rights]) -> Iterator[str]:
    for role, given in rights.items():
        if privileges := ", ".join(given.privileges()):
            yield f"GRANT {privileges} ON {table} TO {role}"
