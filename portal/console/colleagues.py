"""Who looks at a page of the console: the cookie's session, and what its role allows at this moment.

The principal is that of a key of staff, so that the same person sees and may the same through either door.
"""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from starlette.requests import Request

from billing.callers.console_visits import Visit, find_visit
from callers.keys import principal_of
from callers.principal import Principal
from database.api_keys import hash_key
from database.sight import NOTHING
from ingress.reads import Reads
from portal.refused import Refused
from portal.site import Site

TOKEN_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the company's own people, who has shown that it is them: a moment ago, if `is_fresh`."""

    session_id: UUID
    staff_id: UUID
    name: str
    principal: Principal
    ends_at: datetime
    is_fresh: bool

    def may(self, permission: str) -> bool:
        """Whether they may do what takes this permission, as it is now."""
        return permission in self.principal.permissions


class Colleagues:
    """Finds who comes with a cookie."""

    def __init__(self, reads: Reads, site: Site) -> None:
        self._reads = reads
        self._site = site

    async def require(self, request: Request, *permissions: str) -> Colleague:
        """Who looks, and may all of these. Raises Refused 401 for nobody, 403 for who may not."""
        found = await self.find(request)
        principal = None if found is None or found.session.proven_at is None else principal_of(found.member)
        if found is None or principal is None:
            raise signed_out()
        member, began = found.member, found.session
        colleague = Colleague(began.id, member.id, member.name, principal, began.ends_at, found.is_fresh)
        for permission in permissions:
            if not colleague.may(permission):
                raise _not_permitted(colleague, permission)
        return colleague

    async def find(self, request: Request) -> Visit | None:
        """Whose session the cookie names, whether they have shown a second factor or not yet."""
        token = request.cookies.get(self._site.cookie_name, "")
        if not 0 < len(token) <= TOKEN_LENGTH_MAX:
            return None
        return await self._reads.run(lambda session: find_visit(session, hash_key(token)), NOTHING)


def signed_out() -> Refused:
    """Of who is nobody here, or no more."""
    text = (
        "You are signed out, or were away for too long. Let an operator print you another link: cashbeat staff enter."
    )
    return Refused(HTTPStatus.UNAUTHORIZED, "Please sign in again", text)


def _not_permitted(colleague: Colleague, permission: str) -> Refused:
    text = f"In the role {colleague.principal.role} nobody may do this: it takes the permission {permission}."
    return Refused(HTTPStatus.FORBIDDEN, "Not for your role", text)
