"""Who may ask how often: each caller, and each account, whoever asks about it."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.types import Scope

from billing.whose import ACCOUNT
from callers.principal import Kind, Principal
from ingress import metrics
from ingress.limits.rates import WINDOW_SECONDS, Bucket, Standing
from ingress.limits.shared import SharedCounts
from ingress.problems import Problem
from schemas.commands.base import Command
from settings import Settings

HEADERS = "cashbeat.rate_limit_headers"  # in a request's scope: what its answer tells of the limits
KEY_BYTES = 12
Told = list[tuple[bytes, bytes]]
Saying = TypeVar("Saying", bound=Command)


@dataclass(slots=True)
class Counted:
    """Whose request it is, and what it turns out to be about while it is read."""

    principal: Principal
    account_id: UUID | None = None

    def about(self, command: Saying) -> Saying:
        """This is what it says."""
        self.account_id = getattr(command, ACCOUNT, None)
        return command


class Limits:
    """Counts requests. Raises Problem 429 `rate_limited`, and tells in each answer what is left."""

    def __init__(self, counts: SharedCounts, settings: Settings) -> None:
        self._counts = counts
        self._of_kind: Mapping[Kind, int] = {
            Kind.KEY: settings.server_requests_per_minute,
            Kind.USER: settings.user_requests_per_minute,
            Kind.STAFF: settings.staff_requests_per_minute,
        }
        self._of_account = settings.account_requests_per_minute

    @asynccontextmanager
    async def counting(self, request: Request, principal: Principal) -> AsyncIterator[Counted]:
        """Count what is read within, once it is known what it is about; what turns out to be nonsense counts too."""
        counted = Counted(principal)
        if _account_of(principal, None) is not None:
            await self.take(request, principal, None)
            yield counted
            return
        try:
            yield counted
        except Problem:
            await self.take(request, principal, None)
            raise
        await self.take(request, principal, counted.account_id)

    async def take(self, request: Request, principal: Principal, account_id: UUID | None) -> None:
        """Count one request. Who is bound to one account asks about that, whatever they say."""
        buckets = list(self._buckets(principal, _account_of(principal, account_id)))
        standings = await self._counts.take(buckets)
        request.scope[HEADERS] = _headers(standings)
        for standing in standings:
            if standing.is_refused:
                metrics.RATE_LIMITED.labels(standing.bucket.policy).inc()
                raise too_many(standing)

    async def stop(self) -> None:
        """Close the connection."""
        await self._counts.stop()

    def _buckets(self, principal: Principal, account_id: UUID | None) -> Iterator[Bucket]:
        own = principal.requests_per_minute_max
        # a key with a rate of its own is counted by itself, also where somebody has several
        who = f"key/{principal.key_id}" if own is not None else principal.caller
        # what stands in the broker names nobody
        hashed = blake2b(who.encode(), digest_size=KEY_BYTES).hexdigest()
        yield Bucket(principal.kind, f"{principal.kind}:{hashed}", own or self._of_kind[principal.kind])
        if account_id is not None:
            yield Bucket("account", f"account:{account_id}", self._of_account)


def account_named(request: Request, of: str) -> UUID | None:
    """The account that the address of a request names, if it does; `of` is what the id in the path would be called."""
    named: Any = request.path_params.get("id") if of == ACCOUNT else request.query_params.get(ACCOUNT)
    try:
        return UUID(str(named))
    except ValueError:
        return None


def tell(scope: Scope) -> Told:
    """The headers of an answer to a request that was counted."""
    told: Told = scope.get(HEADERS, [])
    return told


def _account_of(principal: Principal, account_id: UUID | None) -> UUID | None:
    """Whose bucket it is taken from. Nobody empties that of an account which they may not touch."""
    accounts = principal.accounts
    if accounts is None:
        return account_id
    if len(accounts) == 1:
        return next(iter(accounts))
    return account_id if account_id in accounts else None


def _headers(standings: Sequence[Standing]) -> Told:
    """As draft-ietf-httpapi-ratelimit-headers has them: the policies, and what each of them has left."""
    policies = ", ".join(f'"{each.bucket.policy}";q={each.bucket.per_minute};w={WINDOW_SECONDS}' for each in standings)
    left = ", ".join(f'"{each.bucket.policy}";r={each.remaining};t={each.full_in_seconds}' for each in standings)
    return [(b"ratelimit-policy", policies.encode()), (b"ratelimit", left.encode())]


def too_many(standing: Standing) -> Problem:
    """What whoever asks too often is answered."""
    bucket = standing.bucket
    told = f"More than {bucket.per_minute} requests a minute: the limit of this {bucket.policy}."
    return Problem(429, "rate_limited", told, {"Retry-After": str(standing.retry_after_seconds)})
