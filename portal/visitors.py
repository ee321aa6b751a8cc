"""Who looks at a page: the cookie's session, held to the team at each request."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from starlette.requests import Request

from billing.callers.tables import PortalSession
from billing.callers.visits import find_session, is_fresh
from callers.principal import Kind, Principal
from database.api_keys import hash_key
from database.sight import EVERYTHING
from ingress.membership import as_member
from ingress.problems import Problem
from ingress.reads import Reads
from portal.refused import ProofNeeded, Refused, not_permitted, signed_out
from portal.site import Site
from schemas.permissions import Role, of_role

TOKEN_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True)
class Look:
    """Why somebody of the company looks at these pages, and until when."""

    reason: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Visitor:
    """A user in the portal of one account. `return_url` is a page of the product, empty where none was named.

    With `look` it is none of them, but somebody of the company's own people who looks at what they see.
    """

    session_id: UUID
    account_id: UUID
    principal: Principal
    return_url: str
    ends_at: datetime
    look: Look | None = None

    def may(self, permission: str) -> bool:
        """Whether they may do what takes this permission, as it is now."""
        return permission in self.principal.permissions


class Visitors:
    """Finds who comes with a cookie."""

    def __init__(self, reads: Reads, site: Site) -> None:
        self._reads = reads
        self._site = site

    async def require(self, request: Request, permission: str) -> Visitor:
        """Who looks, and may. Raises Refused 401 for nobody, 403 for who may not or is not in the team any more."""
        visitor = await self.find(request, permission)
        if not visitor.may(permission):
            raise not_permitted()
        return visitor

    async def require_fresh(self, request: Request, visitor: Visitor, back: str = "") -> None:
        """They have shown a moment ago that it is them. Raises ProofNeeded, which leads back here unless it is said."""
        if await self._reads.run(lambda session: is_fresh(session, visitor.session_id), visitor.principal.sight):
            return
        query = f"?{request.url.query}" if request.url.query else ""
        raise ProofNeeded(back or f"{request.url.path}{query}")

    async def find(self, request: Request, permission: str) -> Visitor:
        """Who looks. Raises as `require`, but for who may not."""
        token = request.cookies.get(self._site.cookie_name, "")
        if not 0 < len(token) <= TOKEN_LENGTH_MAX:
            raise signed_out()
        # whose session it is, the cookie does not say: it names one, and nobody can guess it
        found = await self._reads.run(lambda session: find_session(session, hash_key(token)), EVERYTHING)
        if found is None:
            raise signed_out()
        try:
            principal = await as_member(self._reads, _principal_of(found), permission)
        except Problem as problem:
            if problem.status != HTTPStatus.FORBIDDEN:
                raise
            text = "You are not in the team of this account any more."
            raise Refused(HTTPStatus.FORBIDDEN, "Not in this team", text, signs_in_at="/sign-in") from None
        return Visitor(found.id, found.account_id, principal, found.return_url, found.ends_at)


def _principal_of(found: PortalSession) -> Principal:
    """The same who comes to the API with a token of the product's."""
    role = Role(found.role)
    return Principal(
        kind=Kind.USER,
        id=found.user_id,
        caller=f"user/{found.account_id}/{found.user_id}",
        permissions=of_role(role),
        accounts=frozenset({found.account_id}),
        role=role,
        ends_at=found.ends_at,
    )
