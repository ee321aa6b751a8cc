"""Tells a person what PostgreSQL refuses. Whatever enters a database for somebody at a terminal goes through here."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2 import errors
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from stack.errors import StackError

# the first that fits; what fits none is a bug, and is not explained away
SENTENCES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (
        (errors.UndefinedTable, errors.UndefinedColumn),
        "the database {place} is not up to date; run `cashbeat migrate`",
    ),
    (
        errors.InsufficientPrivilege,
        "{user} may not do that in the database {place} ({said}); DATABASE_URL has to be the owner's address, and to "
        "migrate the owner needs CREATEROLE",
    ),
    (
        errors.LockNotAvailable,
        "somebody holds a lock in the database {place} that is needed here ({said}); nothing was changed, try again",
    ),
    (errors.OperationalError, "PostgreSQL {does} ({place}): {said}"),
)


@contextmanager
def explaining(url: str) -> Iterator[None]:
    """Raises StackError for what a person can mend, in the database of this address or in the address itself."""
    try:
        yield
    except DBAPIError as error:
        for kinds, sentence in SENTENCES:
            if isinstance(error.orig, kinds):
                raise StackError(sentence.format(**_circumstances(url, _said(error)))) from error
        raise


def _circumstances(url: str, said: str) -> dict[str, str]:
    return {
        "place": place_of(url),
        "user": make_url(url).username or "this user",
        "does": "refuses" if "FATAL:" in said else "does not answer",  # as for a password that is wrong
        "said": said,
    }


def place_of(url: str) -> str:
    """The address of a database as a person may read it, without password."""
    parts = make_url(url)
    return f"{parts.database} at {parts.host or 'the local socket'}:{parts.port or 5432}"


def _said(error: DBAPIError) -> str:
    """The server's own words, of which the first line says what, and the others only where in our SQL."""
    return str(error.orig).strip().partition("\n")[0]
