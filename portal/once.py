"""What a form asks for is done once, also by whoever goes back to its page and presses again.

No browser keeps a page of ours: on "back" it is drawn anew. So the key of its form stands in its address, and with the
address the key comes back; where something was sent by it, the page says so instead of asking again.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callers.principal import Principal
from database.ids import operation_id
from ingress.operations import find_any, view_operation
from portal.forms import READ
from portal.staging import KEY_FIELD, idempotency_key, new_key
from schemas.views.operations import OperationView

# of the form, in the address of the page that has it
IN_ADDRESS = "form"
Shows = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Once:
    """The key of a page's form, empty where its address has none; and what was sent by it already, if anything was.

    `anew` is the address without it, where another one begins.
    """

    key: str
    sent: OperationView | None
    anew: str


def with_key(show: Shows) -> Shows:
    """A page that is led to itself with a key, unless it was asked for with one."""

    async def shown(request: Request) -> Response:
        if _key_in(request):
            return await show(request)
        query = [*_said_besides(request), (IN_ADDRESS, new_key())]
        return RedirectResponse(f"?{urlencode(query)}", 303)

    return shown


def read_once(session: Session, request: Request, principal: Principal) -> Once:
    """That of the page that somebody looks at."""
    key, query = _key_in(request), urlencode(_said_besides(request))
    anew = f"{request.url.path}?{query}" if query else request.url.path
    if not key:
        return Once("", None, anew)
    row_id = operation_id(principal.caller, idempotency_key(key))
    found = find_any(session, row_id, principal.sees_operations_of)
    return Once(key, view_operation(found) if found else None, anew)


def _key_in(request: Request) -> str:
    """That of its address; of a form that is shown again, since something is wrong with it, its own."""
    sent: Mapping[str, str] = request.scope.get(READ, {})
    try:
        return str(UUID(request.query_params.get(IN_ADDRESS) or sent.get(KEY_FIELD, "")))
    except ValueError:
        return ""


def _said_besides(request: Request) -> list[tuple[str, str]]:
    return [each for each in request.query_params.multi_items() if each[0] != IN_ADDRESS]
