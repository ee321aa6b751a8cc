"""Purses: what accounts can use, held while a set of uses is decided, and written with one statement per table."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import lock_overdrafts
from billing.credits.queries import count_owed_by, lock_left_of
from billing.credits.repay import repay_out_of
from billing.credits.rules import spread
from billing.credits.tables import CreditDebt, CreditGrant, CreditMovement, CreditTransaction, DebtReason
from billing.credits.take import take_out
from billing.usage.fall import Thresholds, find_thresholds_of, follow_fall
from database.copy import copy_rows
from database.ids import uuid7
from database.rows import insert_rows
from database.update import update_rows


@dataclass(slots=True)
class Purse:
    """An account's usable grants in the order of use. `before` is what it had when the purse was opened.

    With an agreed overdraft the balance may go as far below zero. `also` are grants that were asked for by id.
    """

    account_id: UUID
    now: datetime
    thresholds: Thresholds
    grants: list[CreditGrant]
    also: dict[UUID, CreditGrant]
    before: int
    overdraft_max: int
    balance: int
    movements: list[dict[str, Any]] = field(default_factory=list)
    debts: list[dict[str, Any]] = field(default_factory=list)

    def has(self, amount: int) -> bool:
        """Whether so many may be used."""
        return amount <= self.balance + self.overdraft_max

    def use(self, amount: int, cause: str, description: str, movement: CreditMovement = CreditMovement.CONSUME) -> None:
        """Take credits, the soonest to expire first; what is missing is owed. The caller has looked: it `has` them."""
        able = [grant for grant in self.grants if grant.remaining]
        shares = spread(amount, [grant.remaining for grant in able])
        for grant, share in zip(able, shares, strict=True):
            if share:
                self.movements.append(take_out(grant, share, movement, cause, description))
        self.owe(amount - sum(shares), cause)
        self.balance -= amount

    def owe(self, amount: int, cause: str) -> None:
        """What is missing is an overdraft."""
        if amount:
            debt = {"id": uuid7(), "account_id": self.account_id, "reason": DebtReason.OVERDRAFT}
            self.debts.append({**debt, "cause": cause, "amount": amount})


def open_purses(
    session: Session, times: Mapping[UUID, datetime], *, is_alone: bool = False, also: Collection[UUID] = ()
) -> dict[UUID, Purse]:
    """The purses of these accounts, each with its own time, nobody else's until commit; an unknown account has none.

    Accounts themselves are locked first where one may owe, or where the caller has to be `is_alone` with them; then
    grants, account by account, in the order of ids. What an account owes is paid out of its grants first.
    """
    thresholds = _thresholds(session, times)
    held = [account_id for account_id, found in thresholds.items() if is_alone or found.has_overdraft]
    overdrafts = lock_overdrafts(session, held) if held else {}
    usable: dict[UUID, list[CreditGrant]] = defaultdict(list)
    asked_for: dict[UUID, dict[UUID, CreditGrant]] = defaultdict(dict)
    for grant in lock_left_of(session, list(thresholds), also):
        if is_usable_at(grant, times[grant.account_id]):
            usable[grant.account_id].append(grant)
        if grant.id in also:
            asked_for[grant.account_id][grant.id] = grant
    _repay(session, thresholds, usable)
    may_owe = [account_id for account_id, most in overdrafts.items() if most]
    owed = count_owed_by(session, may_owe) if may_owe else {}
    purses = {}
    for account_id in sorted(thresholds):
        grants, most = usable[account_id], overdrafts.get(account_id, 0)
        balance = sum(grant.remaining for grant in grants) - owed.get(account_id, 0)
        now, limits = times[account_id], thresholds[account_id]
        purses[account_id] = Purse(account_id, now, limits, grants, asked_for[account_id], balance, most, balance)
    return purses


def close_purses(session: Session, purses: Collection[Purse]) -> None:
    """Write what was used. A balance that fell low is warned of and topped up, as its account wishes."""
    movements = [movement for purse in purses for movement in purse.movements]
    changed = {movement["grant_id"] for movement in movements}
    grants = {grant.id: grant for purse in purses for grant in (*purse.grants, *purse.also.values())}
    update_rows(session, [grant for grant in grants.values() if grant.id in changed], ("remaining",))
    copy_rows(session, CreditTransaction, movements)
    if debts := [debt for purse in purses for debt in purse.debts]:
        insert_rows(session, CreditDebt, *debts)
    for purse in purses:
        if purse.balance < purse.before:
            follow_fall(session, purse.account_id, purse.thresholds, purse.before, purse.balance, purse.now)


def is_usable_at(grant: CreditGrant, now: datetime) -> bool:
    """Whether what is left of a grant can be used then."""
    return not grant.is_frozen and (grant.expires_at is None or grant.expires_at > now)


def _thresholds(session: Session, times: Mapping[UUID, datetime]) -> dict[UUID, Thresholds]:
    """Of all that live at one time in one look; nearly always that is all of them."""
    found: dict[UUID, Thresholds] = {}
    by_time = sorted(times, key=lambda account_id: (times[account_id], account_id))
    for now, account_ids in groupby(by_time, key=times.__getitem__):
        found |= find_thresholds_of(session, list(account_ids), now)
    return found


def _repay(session: Session, thresholds: Mapping[UUID, Thresholds], usable: Mapping[UUID, list[CreditGrant]]) -> None:
    for account_id in sorted(thresholds):
        if thresholds[account_id].is_owing and account_id in usable:
            # granted in the very moment in which they became owed, neither saw the other
            repay_out_of(session, account_id, usable[account_id])
