"""Figures of the months: differences of what the books count up to each month's last second."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Tally:
    """What the books have counted up to an instant. Money is minor units; `mrr_minor` is as of then, not a count."""

    renewals: int
    captured: int
    captured_minor: int
    by_wallet: int
    by_wallet_minor: int
    declined: int
    recovered: int
    recovered_minor: int
    transfers: int
    transfers_minor: int
    transfers_overdue: int
    transfers_ended: int
    canceled: int
    refunds: int
    refunded_minor: int
    credit_notes: int
    inquiries_closed: int
    disputes: int
    disputes_won: int
    disputes_lost: int
    dispute_losses_minor: int
    dispute_fees_minor: int
    credits_granted: int
    credits_used: int
    credits_expired: int
    mrr_minor: int


NOTHING = Tally(*[0] * len(fields(Tally)))
STANDING = frozenset({"mrr_minor"})


@dataclass(frozen=True, slots=True)
class Month:
    """One month, named like 2026-01, and what happened in it."""

    month: str
    happened: Tally

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {"month": self.month, **asdict(self.happened)}


def months_of(tallies: Sequence[tuple[datetime, Tally]]) -> list[Month]:
    """Each month's own figures, from (an instant within the month, all that was counted up to its end)."""
    before = [NOTHING, *(tally for _, tally in tallies)]
    return [Month(f"{at:%Y-%m}", _since(earlier, tally)) for (at, tally), earlier in zip(tallies, before, strict=False)]


def _since(earlier: Tally, later: Tally) -> Tally:
    was, now = asdict(earlier), asdict(later)
    return Tally(**{name: now[name] if name in STANDING else now[name] - was[name] for name in now})
