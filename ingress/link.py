"""A writer's connection to PostgreSQL: opened when needed, dropped when in doubt."""

import contextlib
import os
import socket
from collections.abc import Iterator
from typing import Any

import psycopg2
import structlog
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class with a small name
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from billing.errors import Unavailable
from database.engine import link_options
from ingress.group_commit import RowsRefused

log = structlog.get_logger(__name__)

# Shorter than the caller's deadline, so that the server gives up first and says so.
STATEMENT_TIMEOUT = "1500ms"
SETUP = f"SET statement_timeout = '{STATEMENT_TIMEOUT}'; SET lock_timeout = '1s'; SET synchronous_commit = on"


class Link:
    """One connection of one thread; only `interrupt` may be called from another."""

    def __init__(self, database_url: str, setup: str = "") -> None:
        self._url = database_url
        self._setup = f"{SETUP}; {setup}"
        self._connection: Connection | None = None
        self._socket: socket.socket | None = None

    @contextlib.contextmanager
    def transaction(self, cursor_class: type[Cursor] = Cursor) -> Iterator[Cursor]:
        """Commits at the end. Raises RowsRefused for data that PostgreSQL will not take, Unavailable for weather."""
        with self.autocommit() as connection, connection, connection.cursor(cursor_factory=cursor_class) as cursor:
            yield cursor

    @contextlib.contextmanager
    def autocommit(self) -> Iterator[Connection]:
        """Each statement sent is a transaction of its own, durable when it returns. Raises as `transaction` does."""
        try:
            yield self._connection or self._open()
        except (psycopg2.DataError, psycopg2.IntegrityError) as error:
            raise RowsRefused(str(error)) from error
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            self.close()
            log.warning("database_unavailable", error=str(error).strip())
            raise Unavailable("the database does not answer", ambiguous=True) from error

    def interrupt(self) -> None:
        """Cut the connection under a call that hangs; the call then fails as if the server had died."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the connection; the next transaction opens another."""
        for resource in (self._connection, self._socket):
            if resource is not None:
                with contextlib.suppress(psycopg2.Error, OSError):
                    resource.close()
        self._connection = self._socket = None

    def _open(self) -> Connection:
        options: dict[str, Any] = link_options()
        connection: Connection = psycopg2.connect(self._url, application_name="cashbeat-ingress", **options)
        # our own handle on the socket, so that another thread never touches libpq's
        self._socket = socket.socket(fileno=os.dup(connection.fileno()))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(self._setup)
        self._connection = connection  # not before it is set up: what fails halfway must not be taken for one
        return connection
