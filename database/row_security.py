"""Row-level security: who sees which rows, as PostgreSQL's policies, made of `database.rights`. Renewed with the roles.

It stands behind the queries' own filters, against one that was forgotten. It is no wall against whoever has taken over
the door's process: that one says itself what it may see.

Making a policy locks its table against everybody. So one that is as it should be is left alone; what it was made of
stands in its comment.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from database.rights import DECISIONS, Decision
from database.role_names import WORKER

# A product's own role, see docs/integrating.md, adds what a trigger lets it add. To add a row "unless it is there" it
# has to see it; it may read ids alone, and is known by that.
IS_PRODUCT = "(SELECT NOT has_column_privilege('operations'::regclass, 'caller', 'SELECT'))"
OF_PRODUCTS = {
    "cashbeat_product_adds": f"FOR INSERT TO PUBLIC WITH CHECK ({IS_PRODUCT})",
    "cashbeat_product_sees": f"FOR SELECT TO PUBLIC USING ({IS_PRODUCT} AND starts_with(caller, 'app/'))",
}
SECURED = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relrowsecurity AND relforcerowsecurity
"""
MADE = """
    SELECT c.relname, p.polname, concat_ws(
        ' ', p.polroles::regrole[]::text, pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid)
    ), obj_description(p.oid, 'pg_policy')
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    WHERE c.relnamespace = 'public'::regnamespace AND starts_with(p.polname::text, 'cashbeat_')
"""


class Policy(NamedTuple):
    """A policy of ours on one table."""

    table: str
    name: str


def renew_policies(connection: Connection) -> None:
    """Give each table its policies, and take from it those of ours that it should not have. Needs its ownership.

    The owner, who migrates and operates, sees everything, and is whoever calls this.
    """
    owner: str = connection.exec_driver_sql("SELECT quote_ident(current_user)").scalar_one()
    wanted = {policy: text for table, decision in DECISIONS.items() for policy, text in _of(table, decision, owner)}
    made = {policy: _remark(wanted.get(policy), form) == remark for policy, form, remark in _made(connection)}
    for policy in (policy for policy, is_right in made.items() if not is_right):
        _run(connection, f"DROP POLICY {policy.name} ON {policy.table}")
    missing = {policy for policy in wanted if not made.get(policy)}
    for policy in missing:
        _run(connection, f"CREATE POLICY {policy.name} ON {policy.table} {wanted[policy]}")
    for policy, form, _ in _made(connection):
        if policy in missing:
            remark = _remark(wanted[policy], form).replace("'", "''")
            _run(connection, f"COMMENT ON POLICY {policy.name} ON {policy.table} IS '{remark}'")
    _secure(connection, {policy.table for policy in wanted})


def _made(connection: Connection) -> list[tuple[Policy, str, str | None]]:
    """Each policy of ours, its form as PostgreSQL tells it, and its comment."""
    found = connection.exec_driver_sql(MADE)
    return [(Policy(table, name), form, remark) for table, name, form, remark in found]


def _remark(text: str | None, form: str) -> str:
    """What it was made of, and what came of that: neither a new release nor another hand goes unnoticed."""
    return f"{text} = {form}"


def _of(table: str, decision: Decision, owner: str) -> Iterator[tuple[Policy, str]]:
    """None for a table that neither the door nor the pages have a right to: there that is enough."""
    if not (seen := decision.condition(table)):
        return
    yield Policy(table, "cashbeat_owner"), f"TO {owner} USING (true)"
    yield Policy(table, "cashbeat_worker"), f"TO {WORKER} USING (true)"
    for role, rights in decision.of_pages.items():
        if rights.may_read:
            yield Policy(table, f"{role}_sees"), f"FOR SELECT TO {role} USING ({seen})"
        if rights.adds:
            yield Policy(table, f"{role}_adds"), f"FOR INSERT TO {role} WITH CHECK ({decision.condition_to_add(table)})"
        if rights.changes:
            yield Policy(table, f"{role}_changes"), f"FOR UPDATE TO {role} USING ({seen})"
    if table == "operations":
        yield from ((Policy(table, name), text) for name, text in OF_PRODUCTS.items())


def _secure(connection: Connection, wanted: set[str]) -> None:
    secured = set(connection.exec_driver_sql(SECURED).scalars())
    for table in wanted - secured:
        _run(connection, f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    for table in (secured & set(DECISIONS)) - wanted:
        _run(connection, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement.replace("%", "%%"))
