"""Who calls, and whether they may: the one place that is asked before anything is done."""

import time
from collections import OrderedDict
from datetime import UTC, datetime
from typing import NamedTuple

from starlette.requests import Request

from callers.keys import find_key
from callers.principal import Principal
from database.api_keys import PREFIX, hash_key
from database.sight import NOTHING
from ingress.problems import Problem
from ingress.reads import Reads

CACHE_SECONDS = 5.0  # a revoked key works this much longer at most
CACHE_KEYS_MAX = 1_000
KEY_LENGTH_MAX = 128


class Known(NamedTuple):
    """Somebody, as they were read at an instant of the monotonic clock."""

    principal: Principal
    read_at_seconds: float


class Identity:
    """Finds callers, and remembers them for a few seconds."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def require(self, request: Request, permission: str) -> Principal:
        """Who calls, and has this permission.

        Raises Problem 401 for a missing, unknown, expired or revoked key, and Problem 403 without the permission.
        """
        principal = await self._find(_key_of(request))
        if principal.ends_at is not None and principal.ends_at <= datetime.now(UTC):
            raise _unknown()
        may(principal, permission)
        return principal

    async def _find(self, key: str) -> Principal:
        hashed = hash_key(key)
        known = self._known.get(hashed)
        if known is None or time.monotonic() - known.read_at_seconds > CACHE_SECONDS:
            self._known.pop(hashed, None)
            principal = await self._reads.run(lambda session: find_key(session, hashed), NOTHING)
            if principal is None:
                raise _unknown()
            known = Known(principal, time.monotonic())
            self._remember(hashed, known)
        return known.principal

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


def _key_of(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    key = key.strip()
    if not key or scheme.lower() != "bearer":
        raise Problem(
            401, "key_missing", "Send a server API key: `Authorization: Bearer ...`.", {"WWW-Authenticate": "Bearer"}
        )
    if not key.startswith(PREFIX) or not key.isascii() or len(key) > KEY_LENGTH_MAX:
        raise _unknown()
    return key


def _unknown() -> Problem:
    return Problem(
        401,
        "key_unknown",
        "This API key is not known or has ended.",
        {"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )
