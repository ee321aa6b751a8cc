"""Questions that tests ask of the books again and again, in the same words: PostgreSQL plans each once per connection.

The invariants are asked after almost every test. Their tables are as good as empty then, and what takes time is to plan
two dozen joins anew.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event

Parameters = Any


def plan_once(engine: Engine) -> None:
    """From now on, for every question without parameters. Another schema, or another role, and it is planned again."""
    event.listen(engine, "before_cursor_execute", _as_planned, retval=True)


def _as_planned(
    connection: Connection, cursor: Any, statement: str, parameters: Parameters, _context: object, _is_many: bool
) -> tuple[str, Parameters]:
    if parameters or cursor.name or not statement.lstrip().startswith(("SELECT", "WITH")):
        return statement, parameters
    planned: dict[str, str] = connection.info.setdefault("planned", {})
    if statement not in planned:
        name = f"planned_{len(planned)}"
        cursor.execute(f"PREPARE {name} AS {statement}", parameters)
        planned[statement] = name
    return f"EXECUTE {planned[statement]}", parameters
