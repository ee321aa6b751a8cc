"""Who calls, and whether they may: the one place that is asked before anything is done."""

import time
from collections import OrderedDict
from datetime import UTC, datetime
from typing import NamedTuple

from starlette.requests import Request

from callers.keys import find_key
from callers.principal import Principal
from callers.tokens import TOKEN_LENGTH_MAX
from database.api_keys import PREFIX, hash_key
from database.sight import NOTHING
from ingress.key_uses import KeyUses
from ingress.membership import as_member
from ingress.problems import Problem
from ingress.reads import Reads
from ingress.user_tokens import UserTokens

CACHE_SECONDS = 5.0  # a revoked key works this much longer at most
CACHE_KEYS_MAX = 1_000
KEY_LENGTH_MAX = 128


class Known(NamedTuple):
    """Somebody, as they were read at an instant of the monotonic clock."""

    principal: Principal
    read_at_seconds: float


class Identity:
    """Finds callers, and remembers them for a few seconds."""

    def __init__(self, reads: Reads, tokens: UserTokens | None) -> None:
        self._reads = reads
        self._tokens = tokens
        self._uses = KeyUses(reads)
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def require(self, request: Request, permission: str) -> Principal:
        """Who calls, and has this permission.

        Raises Problem 401 for a missing, unknown, expired or revoked key and for a token that is refused, and Problem
        403 without the permission, and for a user who is not in the team that their account keeps here.
        """
        principal = await self._known_as(_credential_of(request))
        if principal.ends_at is not None and principal.ends_at <= datetime.now(UTC):
            raise _unknown()
        if principal.key_id is not None:
            self._uses.note(principal.key_id)
        principal = await as_member(self._reads, principal, permission)
        may(principal, permission)
        return principal

    def stop(self) -> None:
        """Look for nobody any more."""
        if self._tokens is not None:
            self._tokens.stop()

    async def _known_as(self, credential: str) -> Principal:
        hashed = hash_key(credential)
        known = self._known.get(hashed)
        if known is None or time.monotonic() - known.read_at_seconds > CACHE_SECONDS:
            self._known.pop(hashed, None)
            known = Known(await self._find(credential), time.monotonic())
            self._remember(hashed, known)
        return known.principal

    async def _find(self, credential: str) -> Principal:
        """A key by its prefix, else a token, where users come with some."""
        if not credential.startswith(PREFIX) and self._tokens is not None:
            return await self._tokens.find(credential)
        if not credential.startswith(PREFIX) or len(credential) > KEY_LENGTH_MAX:
            raise _unknown()
        hashed = hash_key(credential)
        principal = await self._reads.run(lambda session: find_key(session, hashed), NOTHING)
        if principal is None:
            raise _unknown()
        return principal

    def _remember(self, hashed: str, known: Known) -> None:
        self._known[hashed] = known
        if len(self._known) > CACHE_KEYS_MAX:
            self._known.popitem(last=False)


def may(principal: Principal, permission: str) -> None:
    """Raises Problem 403 for somebody who may not."""
    if permission not in principal.permissions:
        raise Problem(
            403,
            "permission_missing",
            f"This needs the permission {permission}.",
            {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{permission}"'},
        )


def _credential_of(request: Request) -> str:
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    credential = credential.strip()
    if not credential or scheme.lower() != "bearer":
        told = "Send a server API key or a user's token: `Authorization: Bearer ...`."
        raise Problem(401, "key_missing", told, {"WWW-Authenticate": "Bearer"})
    if not credential.isascii() or len(credential) > TOKEN_LENGTH_MAX:
        raise _unknown()
    return credential


def _unknown() -> Problem:
    return Problem(
        401,
        "key_unknown",
        "This key is not known or has ended.",
        {"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )
