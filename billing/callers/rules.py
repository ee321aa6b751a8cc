"""Pure rules of who may make whom: nobody gives more than they have."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from billing.errors import Rejected
from schemas.permissions import OF_SERVERS, POWERFUL

MAKES_CALLERS = "callers:write"


@dataclass(frozen=True, slots=True)
class Maker:
    """Whoever makes callers: what they may do now, until when, and how often in a minute; None: no end, as all."""

    permissions: frozenset[str]
    ends_at: datetime | None = None
    requests_per_minute_max: int | None = None


def gives_of_staff(permissions: Iterable[str]) -> frozenset[str]:
    """What one of the staff may give: what they have, and what no role has, as servers alone do it."""
    return frozenset(permissions) | OF_SERVERS


def require_within(maker: Maker, permissions: frozenset[str]) -> None:
    """Raises Rejected `beyond_maker` for a permission that whoever gives it lacks."""
    beyond = sorted(permissions - maker.permissions)
    if beyond:
        raise Rejected("beyond_maker", f"You cannot give what you may not do: {', '.join(beyond)}.", status=403)


def require_no_longer(maker: Maker, ends_at: datetime | None, requests_per_minute_max: int | None) -> None:
    """Raises Rejected `beyond_maker` for a key that would outlive its maker's, or may call more often than that."""
    if maker.ends_at is not None and (ends_at is None or ends_at > maker.ends_at):
        raise Rejected("beyond_maker", f"Your own key ends at {maker.ends_at.isoformat()}; no later.", status=403)
    most = maker.requests_per_minute_max
    if most is not None and (requests_per_minute_max is None or requests_per_minute_max > most):
        raise Rejected("beyond_maker", f"Your own key has {most} requests a minute; no more.", status=403)


def require_future(ends_at: datetime | None, now: datetime) -> None:
    """Raises Rejected `expires_in_past` for a key that would be none."""
    if ends_at is not None and ends_at <= now:
        raise Rejected("expires_in_past", "The key would have ended before it is made.")


def is_powerful(permissions: frozenset[str]) -> bool:
    """Whether whoever has these could stand for a second person, or move the company's money."""
    return not permissions.isdisjoint(POWERFUL)
