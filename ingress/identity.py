"""Who calls: server API keys, looked up by their hash."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request

from database.api_keys import PREFIX, ApiKey, hash_key
from database.operations import PRODUCT_CALLER
from ingress.problems import Problem
from ingress.reads import Reads

CACHE_SECONDS = 5.0  # a revoked key works this much longer at most
CACHE_KEYS_MAX = 1_000
KEY_LENGTH_MAX = 128


@dataclass(frozen=True, slots=True)
class Caller:
    """A server that may use the API within its scopes."""

    key_id: UUID
    key_name: str
    scopes: frozenset[str]
    expires_at: datetime | None
    read_at_seconds: float

    @property
    def name(self) -> str:
        """What operations remember as their caller."""
        return str(self.key_id)

    @property
    def whose(self) -> tuple[str, str]:
        """As whose operations it sees: its own, and those that the product of the key's name handed over itself."""
        return self.name, PRODUCT_CALLER + self.key_name


class Identity:
    """Finds callers, and remembers them for a few seconds."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._known: OrderedDict[str, Caller] = OrderedDict()

    async def require(self, request: Request, scope: str) -> Caller:
        """The caller, who has this scope.

        Raises Problem 401 for a missing, unknown, expired or revoked key, and Problem 403 without the scope.
        """
        caller = await self._find(_key_of(request))
        if caller.expires_at is not None and caller.expires_at <= datetime.now(UTC):
            raise _unknown()
        if scope not in caller.scopes:
            raise Problem(
                403,
                "scope_missing",
                f"This key lacks the scope {scope}.",
                {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
            )
        return caller

    async def _find(self, key: str) -> Caller:
        hashed = hash_key(key)
        caller = self._known.get(hashed)
        if caller is None or time.monotonic() - caller.read_at_seconds > CACHE_SECONDS:
            self._known.pop(hashed, None)
            caller = await self._reads.run(lambda session: _look_up(session, hashed))
            self._remember(hashed, caller)
        return caller

    def _remember(self, hashed: str, caller: Caller) -> None:
        self._known[hashed] = caller
        if len(self._known) > CACHE_KEYS_MAX:
            self._known.popitem(last=False)


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


def _look_up(session: Session, hashed: str) -> Caller:
    found = session.scalar(select(ApiKey).where(ApiKey.secret_sha256 == hashed, ApiKey.revoked_at.is_(None)))
    if found is None:
        raise _unknown()
    return Caller(found.id, found.name, frozenset(found.scopes), found.expires_at, time.monotonic())


def _unknown() -> Problem:
    return Problem(
        401,
        "key_unknown",
        "This API key is not known or has ended.",
        {"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )
