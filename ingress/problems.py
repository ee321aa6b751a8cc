"""Every error the API answers, in the form of RFC 9457."""

from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from psycopg2 import InterfaceError, OperationalError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from billing.errors import Rejected, Unavailable

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2  # a restarted PostgreSQL answers about then
CODES = {404: "not_found", 405: "method_not_allowed"}


class Problem(Exception):
    """An answer that is not a success. `code` is a stable word for programs, `detail` one sentence for people."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def body(self, path: str, request_id: str) -> bytes:
        """The problem as JSON; `instance` is the path asked for."""
        return orjson.dumps(
            {
                "type": f"urn:cashbeat:problem:{self.code}",
                "title": self.code.replace("_", " "),
                "status": self.status,
                "detail": self.detail,
                "instance": path,
                "request_id": request_id,
                **self.members,
            }
        )


def unavailable(detail: str = "The request was not stored; send it again.") -> Problem:
    """503 with `Retry-After`: nothing was lost, because nothing was promised."""
    return Problem(503, "unavailable", detail, {"Retry-After": str(RETRY_AFTER_SECONDS)})


def problem_of(error: Exception) -> Problem:
    """The problem an exception is shown as. What nobody foresaw is logged with its traceback and shown without."""
    match error:
        case Problem():
            return error
        case Rejected():
            return Problem(error.status, error.code, error.detail)
        case Unavailable():
            return unavailable()
        case HTTPException():
            code = CODES.get(error.status_code, "refused")
            return Problem(error.status_code, code, f"{error.detail}.", error.headers)
        case _ if is_weather(error):
            log.warning("database_unavailable", error=str(error.__cause__ or error))
            return unavailable("The database does not answer; try again.")
    log.error("unforeseen", exc_info=error)
    return Problem(500, "internal_error", "Something went wrong on our side.")


def is_weather(error: Exception) -> bool:
    """A database that is down, busy or too slow; the same request may work later."""
    if isinstance(error, PoolTimeout | TimeoutError):
        return True
    return isinstance(error, DBAPIError) and isinstance(error.orig, OperationalError | InterfaceError)
