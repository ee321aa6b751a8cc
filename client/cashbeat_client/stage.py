"""Stage a command in the product's own transaction."""

import uuid
from collections.abc import Sequence
from typing import Any, Protocol

from cashbeat_client.command import Command

# A repeat writes nothing.
INSERT = """
    INSERT INTO operations (id, kind, caller, idempotency_key, body, body_sha256)
    VALUES (%s, %s, %s, %s, %s::jsonb, %s) ON CONFLICT (id) DO NOTHING
"""


class Cursor(Protocol):
    """What is needed of a cursor to Cashbeat's database: psycopg's, psycopg2's or Django's."""

    def execute(self, statement: Any, parameters: Sequence[Any], /) -> Any:
        """Run one statement with its parameters."""


def stage(cursor: Cursor, command: Command) -> uuid.UUID:
    """Write the command with whatever else this transaction writes; it exists if and only if that commits.

    Cashbeat finds it within half a minute, without a message. Returns the operation's id. The database refuses what no
    command can be (an empty kind, a body that is no object) and takes the transaction back with it.
    """
    values = (
        str(command.id), command.kind, command.caller, command.idempotency_key, command.body_json, command.body_sha256,
    )  # fmt: skip
    cursor.execute(INSERT, values)
    return command.id
