"""What goes wrong with PostgreSQL and passes by itself."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout


def is_weather(error: Exception) -> bool:
    """A lost connection, a lock or statement time-out, a deadlock, a server that is starting or stopping."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "pgcode", None) or ""
    # 08 connection, 40 rollback, 53 resources, 55P03 lock, 57 operator intervention
    return error.connection_invalidated or not code or code[:2] in ("08", "40", "53", "57") or code == "55P03"
