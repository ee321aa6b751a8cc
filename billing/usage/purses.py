"""Purses: what accounts can use, held while a set of uses is decided, and written with one statement per table."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.credits.queries import lock_left_of
from billing.credits.repay import repay_out_of
from billing.credits.rules import spread
from billing.credits.tables import CreditGrant, CreditMovement, CreditTransaction
from billing.credits.take import take_out
from billing.usage.fall import Thresholds, find_thresholds_of, follow_fall
from database.rows import insert_rows
from database.update import update_rows


@dataclass(slots=True)
class Purse:
    """An account's usable grants in the order of use. `before` is what it had when the purse was opened."""

    account_id: UUID
    now: datetime
    thresholds: Thresholds
    grants: list[CreditGrant]
    before: int
    balance: int
    movements: list[dict[str, Any]] = field(default_factory=list)

    def use(self, amount: int, cause: str, description: str) -> None:
        """Take credits, the soonest to expire first. The caller has looked whether the balance is enough."""
        able = [grant for grant in self.grants if grant.remaining]
        for grant, share in zip(able, spread(amount, [grant.remaining for grant in able]), strict=True):
            if share:
                self.movements.append(take_out(grant, share, CreditMovement.CONSUME, cause, description))
        self.balance -= amount


def open_purses(session: Session, times: Mapping[UUID, datetime]) -> dict[UUID, Purse]:
    """The purses of these accounts, each with its own time, nobody else's until commit; an unknown account has none.

    What an account owes is paid out of its grants first. Grants are locked account by account, in the order of ids.
    """
    thresholds = _thresholds(session, times)
    grants: dict[UUID, list[CreditGrant]] = defaultdict(list)
    for grant in lock_left_of(session, list(thresholds)):
        if _is_usable(grant, times[grant.account_id]):
            grants[grant.account_id].append(grant)
    for account_id in sorted(thresholds):
        if thresholds[account_id].is_owing:
            # granted in the very moment in which they became owed, neither saw the other
            repay_out_of(session, account_id, grants[account_id])
    return {
        account_id: _purse(account_id, times[account_id], thresholds[account_id], grants[account_id])
        for account_id in sorted(thresholds)
    }


def close_purses(session: Session, purses: Collection[Purse]) -> None:
    """Write what was used. A balance that fell low is warned of and topped up, as its account wishes."""
    used = [purse for purse in purses if purse.movements]
    changed = {movement["grant_id"] for purse in used for movement in purse.movements}
    update_rows(session, [grant for purse in used for grant in purse.grants if grant.id in changed], ("remaining",))
    if used:
        insert_rows(session, CreditTransaction, *[movement for purse in used for movement in purse.movements])
    for purse in used:
        follow_fall(session, purse.account_id, purse.thresholds, purse.before, purse.balance, purse.now)


def _thresholds(session: Session, times: Mapping[UUID, datetime]) -> dict[UUID, Thresholds]:
    """Of all that live at one time in one look; nearly always that is all of them."""
    found: dict[UUID, Thresholds] = {}
    by_time = sorted(times, key=lambda account_id: (times[account_id], account_id))
    for now, account_ids in groupby(by_time, key=times.__getitem__):
        found |= find_thresholds_of(session, list(account_ids), now)
    return found


def _is_usable(grant: CreditGrant, now: datetime) -> bool:
    return not grant.is_frozen and (grant.expires_at is None or grant.expires_at > now)


def _purse(account_id: UUID, now: datetime, thresholds: Thresholds, grants: list[CreditGrant]) -> Purse:
    balance = sum(grant.remaining for grant in grants)
    return Purse(account_id, now, thresholds, grants, balance, balance)
