"""Makes endpoints of reads: who may ask, what was asked, the answer as JSON."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.whose import ACCOUNT
from callers.principal import Principal
from ingress.bounds import filled, require_own, require_own_row
from ingress.identity import Identity
from ingress.noted import noted
from ingress.operations import JSON
from ingress.problems import Problem
from ingress.queries.filters import Filter
from ingress.reads import Reads
from ingress.validation import ERRORS_MAX, validated
from schemas.views.base import View

Endpoint = Callable[[Request], Awaitable[Response]]
Wanted = TypeVar("Wanted", bound=Filter)
Answer = TypeVar("Answer")
NOTHING: Mapping[str, Any] = {}


class Queries:
    """One method per form of question. Each returns the endpoint for callers who have the permission."""

    def __init__(self, reads: Reads, identity: Identity) -> None:
        self._reads = reads
        self._identity = identity

    def one(self, permission: str, read: Callable[[Session, UUID], View], of: str) -> Endpoint:
        """Shows what the id in the path names, as a field of the name `of` would."""

        async def show(request: Request) -> Response:
            return as_json(await self._read_own(request, permission, read, of))

        return show

    def every(self, permission: str, read: Callable[[Session], View]) -> Endpoint:
        """Shows everything there is."""

        async def show(request: Request) -> Response:
            principal = await self._identity.require(request, permission)
            return as_json(await self._run(principal, permission, request, read, NOTHING))

        return show

    def filtered(
        self, permission: str, wanted_class: type[Wanted], read: Callable[[Session, Wanted], View]
    ) -> Endpoint:
        """Shows what the parameters of the query ask for."""

        async def show(request: Request) -> Response:
            principal = await self._identity.require(request, permission, wanted_class.in_path)
            wanted = validated(wanted_class, filled(principal, wanted_class, _asked(request)))
            about = _about(wanted)
            await require_own(self._reads, principal, about)
            asked = await self._run(principal, permission, request, lambda session: read(session, wanted), about)
            return as_json(asked)

        return show

    def file(
        self, permission: str, read: Callable[[Session, UUID], Callable[[Request], Response]], of: str
    ) -> Endpoint:
        """Hands out the file of what the id in the path names, in the form the request asks for."""

        async def show(request: Request) -> Response:
            answer = await self._read_own(request, permission, read, of)
            return answer(request)

        return show

    async def _read_own(
        self, request: Request, permission: str, read: Callable[[Session, UUID], Answer], of: str
    ) -> Answer:
        """What is read of the row in the path. Raises Rejected when it is not the caller's to see."""
        principal = await self._identity.require(request, permission, of)
        row_id: UUID = request.path_params["id"]

        def read_own(session: Session) -> Answer:
            require_own_row(session, principal, of, row_id)
            return read(session, row_id)

        return await self._run(principal, permission, request, read_own, {of: row_id})

    async def _run(
        self,
        principal: Principal,
        permission: str,
        request: Request,
        read: Callable[[Session], Answer],
        about: Mapping[str, Any],
    ) -> Answer:
        """What is read, as far as the principal sees it; of staff it is written down."""
        return await self._reads.run(noted(principal, permission, request, read, about), principal.sight)


def _asked(request: Request) -> dict[str, str]:
    """What the query and the path say, each once: of two nobody knows which one was meant. Raises Problem 422."""
    given = Counter([*request.path_params, *(name for name, _ in request.query_params.multi_items())])
    errors = [{"field": name, "message": "must be given once"} for name, times in given.items() if times > 1]
    if errors:
        raise Problem(422, "invalid", "The request is not valid; see `errors`.", errors=errors[:ERRORS_MAX])
    return {**request.query_params, **request.path_params}


def _about(wanted: Filter) -> dict[str, Any]:
    """By the path, or the account that is asked for: None where it is of all."""
    return {wanted.in_path or ACCOUNT: getattr(wanted, "id" if wanted.in_path else ACCOUNT, None)}


def as_json(shown: View) -> Response:
    """A view as the body of an answer."""
    return Response(shown.model_dump_json(), media_type=JSON)
