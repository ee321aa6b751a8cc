"""Who calls, and whether they may: the one place that is asked before anything is done."""

import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NamedTuple

from starlette.requests import Request

from callers.keys import find_key
from callers.principal import Principal
from callers.tokens import TOKEN_LENGTH_MAX
from database.api_keys import PREFIX, hash_key
from database.sight import NOTHING
from ingress.connection_limit import address_of
from ingress.key_uses import KeyUses
from ingress.limits.failures import Failures
from ingress.limits.limits import Counted, Limits, account_named
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

    def __init__(self, reads: Reads, tokens: UserTokens | None, limits: Limits, failures: Failures) -> None:
        self._reads = reads
        self._tokens = tokens
        self._failures = failures
        self._limits = limits
        self._uses = KeyUses(reads)
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def require(self, request: Request, permission: str, of: str = "") -> Principal:
        """Who calls, has this permission, and has not called too often: the request is counted, and for the account
        that it is about. `of` is the field that would name what the id in the path does.

        Raises Problem 401 for a missing, unknown, expired or revoked key and for a token that is refused; Problem 429
        where too many of those came from the same address, and for too many requests; and Problem 403 without the
        permission, and for a user who is not in the team that their account keeps here.
        """
        principal = await self._who_calls(request)
        await self._limits.take(request, principal, account_named(request, of))
        return await self._allowed(principal, permission)

    @asynccontextmanager
    async def requiring(self, request: Request, permission: str) -> AsyncIterator[Counted]:
        """The same for a request that is read within: it is counted once it is known which account it is about."""
        principal = await self._who_calls(request)
        async with self._limits.counting(request, principal) as counted:
            counted.principal = await self._allowed(principal, permission)
            yield counted

    async def _allowed(self, principal: Principal, permission: str) -> Principal:
        principal = await as_member(self._reads, principal, permission)
        may(principal, permission)
        return principal

    async def _who_calls(self, request: Request) -> Principal:
        credential = _credential_of(request)
        address = address_of(request)
        try:
            principal = await self._known_as(credential, address)
            if principal.ends_at is not None and principal.ends_at <= datetime.now(UTC):
                raise _unknown()
        except Problem as problem:
            if problem.status == HTTPStatus.UNAUTHORIZED:
                self._failures.note(address)
            raise
        if principal.key_id is not None:
            self._uses.note(principal.key_id)
        return principal

    def stop(self) -> None:
        """Look for nobody any more."""
        if self._tokens is not None:
            self._tokens.stop()

    async def _known_as(self, credential: str, address: str) -> Principal:
        hashed = hash_key(credential)
        known = self._known.get(hashed)
        if known is None:  # who was let in a while ago guesses nothing, wherever others guess
            self._failures.require_few(address)
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
