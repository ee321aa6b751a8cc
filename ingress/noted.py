"""What the company's own people read of customers is written down, in the transaction in which they read it.

So nobody of them sees anything of a customer without an entry: where it cannot be written, there is no answer.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request

from billing.whose import ACCOUNT, account_of
from callers.principal import Kind, Principal
from database.audit.tables import ActorKind
from database.audit.write import Actor, Deed, write_down
from database.staff import name_of_member
from schemas.views.accounts import ListedAccountView
from schemas.views.base import Page

Answer = TypeVar("Answer")

READ = "read"
# what these let somebody see is nobody's
IMPERSONAL = frozenset({
    "plans:read", "price_list:read", "ways_to_pay:read", "providers:read", "clocks:read", "credit_costs:read",
    "dashboard:read",
})  # fmt: skip


def noted(
    principal: Principal,
    permission: str,
    request: Request,
    read: Callable[[Session], Answer],
    about: Mapping[str, Any],
) -> Callable[[Session], Answer]:
    """The same read, which leaves an entry if it is of staff: by whom, what was asked, and whose of it was shown.

    Whose it is the answer says, or else the thing that was asked `about`, by the names of `billing.whose`. Servers and
    customers read their own, and by the thousand: of these nothing is written. Nor of a read that fails: it shows
    nothing.
    """
    if principal.kind is not Kind.STAFF or permission in IMPERSONAL:
        return read

    def reading(session: Session) -> Answer:
        answer = read(session)
        accounts = sorted(_accounts_in(answer), key=str)
        said: dict[str, Any] = {**request.query_params, "path": request.url.path}
        if len(accounts) > 1:
            said["accounts"] = accounts
        whose = accounts[0] if len(accounts) == 1 else account_of(session, about)
        name = name_of_member(session, UUID(principal.id))
        actor = Actor(ActorKind.STAFF, principal.caller, name, principal.role or "")
        write_down(session, [Deed(actor, READ, whose, said=said)])
        return answer

    return reading


def _accounts_in(answer: object) -> set[UUID]:
    """Whose it is, as the answer says it."""
    shown = answer.data if isinstance(answer, Page) else [answer]
    return set(_named(shown))


def _named(shown: list[Any]) -> Iterator[UUID]:
    for each in shown:
        if isinstance(each, ListedAccountView):
            yield each.id
        elif isinstance(found := getattr(each, ACCOUNT, None), UUID):
            yield found
