"""Which page somebody wanted to see when they were signed out: they are led to it once they are in.

It is a cookie of theirs: which page one wants is no secret from oneself. It is an address of a page of ours, whatever
stands in it: nothing but what begins as those do is led to.
"""

from http import HTTPStatus
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from portal.site import Site

# those of whoever is signed in; of all others one is led nowhere
PAGES = ("/account/", "/admin/", "/operations/")
PATH_LENGTH_MAX = 1_000
# as long as a mail to sign in by is good for, and the time to look for it
SECONDS = 3_600


class Wanted:
    """Remembers it in the browser."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def _name(self) -> str:
        return self._site.cookie_for("wanted")

    def remember(self, scope: Scope, answer: Response) -> None:
        """Of a refusal for want of a session; what was sent by a form is no page."""
        if scope["method"] != "GET":
            return
        query = scope["query_string"].decode("latin-1")
        path = f"{quote(scope['path'])}?{query}" if query else quote(scope["path"])
        if _is_page(path):
            self._site.give(answer, self._name, quote(path), SECONDS)

    def lead(self, request: Request, home: str) -> Response:
        """To that page, and the browser forgets that it wanted it; else to `home`."""
        path = unquote(request.cookies.get(self._name, ""))
        answer = RedirectResponse(path if _is_page(path) else home, HTTPStatus.SEE_OTHER)
        if path:
            self._site.take(answer, self._name)
        return answer


def _is_page(path: str) -> bool:
    is_plain = path.isascii() and path.isprintable() and "\\" not in path
    return path.startswith(PAGES) and is_plain and len(path) <= PATH_LENGTH_MAX
