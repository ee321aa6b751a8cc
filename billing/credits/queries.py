"""Reads of credits."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from billing.credits.tables import (
    BalanceWatch,
    CreditDebt,
    CreditGrant,
    CreditMovement,
    CreditTransaction,
    DebtReason,
)
from database.among import is_among, is_among_those, listed
from database.pages import FIRST_PAGE, Between, Paging, narrowed, newest_first
from schemas.views.base import Page
from schemas.views.credits import BalanceView, BalanceWatchView, CreditTransactionView

IN_ORDER_OF_USE = (CreditGrant.expires_at.asc().nulls_last(), CreditGrant.held_for.asc().nulls_last(), CreditGrant.id)


def is_unspent(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether something of a grant is left and has not expired at `now`."""
    return (CreditGrant.remaining > 0) & or_(CreditGrant.expires_at.is_(None), CreditGrant.expires_at > now)


def is_usable(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The same, and it is not frozen either."""
    return is_unspent(now) & CreditGrant.is_frozen.is_(False)


def is_owed() -> ColumnElement[bool]:
    """Whether something of a debt is not paid yet."""
    return CreditDebt.paid < CreditDebt.amount


def view_balance(session: Session, account_id: UUID, now: datetime) -> BalanceView:
    """What the account can use at `now` less what it owes, what is frozen, and the next expiry."""
    left = func.sum(CreditGrant.remaining)
    usable, frozen = (func.coalesce(left.filter(CreditGrant.is_frozen.is_(held)), 0) for held in (False, True))
    unspent = select(usable, frozen, func.min(CreditGrant.expires_at)).where(
        CreditGrant.account_id == account_id, is_unspent(now)
    )
    count, set_apart, next_expiry_at = session.execute(unspent).one()
    debt = count_owed(session, account_id)
    return BalanceView(
        account_id=account_id,
        balance=int(count) - debt,
        debt=debt,
        frozen=int(set_apart),
        next_expiry_at=next_expiry_at,
    )


def list_unspent(session: Session, account_id: UUID, now: datetime, limit: int) -> Sequence[CreditGrant]:
    """Grants of which something is left at `now`, in the order in which they are used."""
    unspent = select(CreditGrant).where(CreditGrant.account_id == account_id, is_unspent(now))
    return session.scalars(unspent.order_by(*IN_ORDER_OF_USE).limit(limit)).all()


def count_owed(session: Session, account_id: UUID, reason: DebtReason | None = None) -> int:
    """How many credits the account owes, for whatever reason or for this one."""
    owed = select(func.sum(CreditDebt.amount - CreditDebt.paid)).where(CreditDebt.account_id == account_id, is_owed())
    return int(session.scalar(narrowed(owed, (CreditDebt.reason, reason))) or 0)


def count_owed_by(session: Session, account_ids: Collection[UUID]) -> dict[UUID, int]:
    """The same of several accounts; who owes nothing is missing."""
    owed = select(CreditDebt.account_id, func.sum(CreditDebt.amount - CreditDebt.paid).label("owed"))
    rows = session.execute(
        owed.where(is_among(CreditDebt.account_id, account_ids), is_owed()).group_by(CreditDebt.account_id)
    )
    return {row.account_id: int(row.owed) for row in rows}


def count_owed_for(session: Session, causes: Sequence[str]) -> int:
    """How many credits became owed for these causes, whether they are paid by now or not."""
    owed = select(func.sum(CreditDebt.amount)).where(CreditDebt.cause.in_(causes))
    return int(session.scalar(owed) or 0)


def lock_usable(session: Session, account_id: UUID, now: datetime) -> list[CreditGrant]:
    """Usable grants in the order of use, nobody else's until commit; see `lock_unspent`."""
    return [grant for grant in lock_unspent(session, account_id, now) if not grant.is_frozen]


def lock_unspent(session: Session, account_id: UUID, now: datetime) -> list[CreditGrant]:
    """Grants of which something is left, in the order of use, nobody else's until commit: the soonest to expire first.

    Those that are held expire some day, so they come before those that never do. Whoever waits for grants takes them in
    this same order, so two of them cannot deadlock.
    """
    unspent = select(CreditGrant).where(CreditGrant.account_id == account_id, is_unspent(now))
    in_order = unspent.order_by(*IN_ORDER_OF_USE).with_for_update()
    return list(session.scalars(in_order.execution_options(populate_existing=True)))


def lock_left_of(session: Session, account_ids: Collection[UUID], also: Collection[UUID] = ()) -> list[CreditGrant]:
    """What several accounts have left, account by account, nobody else's until commit; see `lock_unspent`.

    What has expired and was not taken yet is among it: not all of them need live at one time. So are grants of theirs
    that are asked for by id, whatever is left of them.
    """
    wanted = {"account_ids": listed(account_ids)} | ({"also": listed(also)} if also else {})
    return list(session.scalars(_left_of(bool(also)), wanted))


@cache
def _left_of(has_also: bool) -> Select[CreditGrant]:
    """Built once: it runs with every use of credits."""
    is_wanted = CreditGrant.remaining > 0
    if has_also:
        is_wanted = or_(is_wanted, is_among_those(CreditGrant.id, "also"))
    left = select(CreditGrant).where(is_among_those(CreditGrant.account_id, "account_ids"), is_wanted)
    in_order = left.order_by(CreditGrant.account_id, *IN_ORDER_OF_USE).with_for_update()
    return in_order.execution_options(populate_existing=True)


def lock_by_cause(session: Session, causes: Collection[str]) -> list[CreditGrant]:
    """The grants of these causes, also those that are used up or expired, nobody else's until commit."""
    wanted = select(CreditGrant).where(CreditGrant.cause.in_(causes))
    in_order = wanted.order_by(*IN_ORDER_OF_USE).with_for_update()
    return list(session.scalars(in_order.execution_options(populate_existing=True)))


def list_transactions(
    session: Session,
    account_id: UUID,
    paging: Paging = FIRST_PAGE,
    *,
    movement: CreditMovement | None = None,
    created: Between | None = None,
) -> Page[CreditTransactionView]:
    """A page of an account's movements, by their age."""
    query = narrowed(
        select(CreditTransaction).where(CreditTransaction.account_id == account_id),
        (CreditTransaction.movement, movement),
        (CreditTransaction.created_at, created),
    )
    page, cursor = newest_first(session, query, CreditTransaction, paging)
    return Page(data=[view_transaction(row) for row in page], next_cursor=cursor)


def view_watch(session: Session, account_id: UUID) -> BalanceWatchView:
    """The account's low-balance warning; `warn_below` is null when there is none."""
    watch = session.get(BalanceWatch, account_id)
    if watch is None:
        return BalanceWatchView(account_id=account_id, warn_below=None, is_low=False)
    return BalanceWatchView(account_id=account_id, warn_below=watch.warn_below, is_low=watch.is_low)


def view_transaction(row: CreditTransaction) -> CreditTransactionView:
    """A movement of credits as the API shows it."""
    return CreditTransactionView(
        id=row.id,
        account_id=row.account_id,
        grant_id=row.grant_id,
        movement=str(row.movement),
        amount=row.amount,
        description=row.description,
        created_at=row.created_at,
    )
