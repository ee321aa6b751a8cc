"""Links into the portal are drawn here, and leave through the answer: what is stored on the way is their hash."""

from collections.abc import Collection
from secrets import token_urlsafe
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from database.api_keys import hash_key
from ingress.bodies import read_body
from ingress.bounds import filled, refuse_drawn
from ingress.commands import Commands
from ingress.identity import Identity
from ingress.problems import Problem
from ingress.shown_once import shown_once
from ingress.validation import parse_json, validated
from schemas.commands.portal import StartPortalSession
from schemas.views.portal import PortalLinkView

TOKEN_BYTES = 32
# where no name of a host has to be ours: it is the reader's own machine
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class PortalLinks:
    """The way in for commands that let somebody into the portal, which customers reach at `portal_url`."""

    def __init__(self, identity: Identity, commands: Commands, portal_url: str, return_hosts: Collection[str]) -> None:
        self._identity = identity
        self._commands = commands
        self._portal_url = portal_url.rstrip("/")
        self._return_hosts = frozenset(return_hosts)

    async def open(self, request: Request) -> Response:
        """Take the command, and show the link."""
        token = token_urlsafe(TOKEN_BYTES)
        async with self._identity.requiring(request, StartPortalSession.permission) as counted:
            body = await read_body(request.receive, StartPortalSession.body_bytes_max)
            fields = filled(counted.principal, StartPortalSession, parse_json(body))
            refuse_drawn(StartPortalSession, fields)
            command = counted.about(validated(StartPortalSession, {**fields, "token_sha256": hash_key(token)}))
            self._require_offered(command)
        shown = shown_once(PortalLinkView, "url", f"{self._portal_url}/enter/{token}")
        answer = await self._commands.accept(request, counted.principal, command, len(body), shown)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _require_offered(self, command: StartPortalSession) -> None:
        """Raises Problem 409 `portal_not_offered`, and 422 `return_url_not_allowed`."""
        if not self._portal_url:
            raise Problem(409, "portal_not_offered", "There is no portal here: its operator has set no address of it.")
        if command.return_url is not None and not self._is_allowed(command.return_url):
            detail = "The portal links back by https to hosts of PORTAL_RETURN_HOSTS alone."
            raise Problem(422, "return_url_not_allowed", detail)

    def _is_allowed(self, url: str) -> bool:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return host in self._return_hosts and (parts.scheme.lower() == "https" or host in LOOPBACK)
