"""What follows when credits become fewer: news, a warning, and an automatic top-up, or the end of one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, Uuid, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.credits.queries import is_owed, is_usable
from billing.credits.rules import Fall
from billing.credits.tables import BalanceWatch, CreditDebt, CreditGrant
from billing.credits.watch import check_watch
from billing.errors import Rejected
from billing.top_ups.queries import may_begin, month_of
from billing.top_ups.start import start_due_top_up
from billing.top_ups.stop import stop_for_return
from billing.top_ups.tables import AutoTopUp
from database.among import is_among
from database.untold import tell

IS_OWING = exists().where(CreditDebt.account_id == Account.id, is_owed()).label("is_owing")
# built once: it runs with every use of credits
THRESHOLDS = (
    select(Account.id, Account.credit_overdraft_max, BalanceWatch.warn_below, AutoTopUp.top_up_below, IS_OWING)
    .select_from(Account)
    .outerjoin(BalanceWatch, BalanceWatch.account_id == Account.id)
    .outerjoin(AutoTopUp, and_(AutoTopUp.account_id == Account.id, may_begin(bindparam("month", type_=Date))))
    .where(Account.id == func.any(bindparam("account_ids", type_=ARRAY(Uuid))))
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below which balance the customer is warned, and below which a top-up is bought; None: never.

    With them comes whether the account owes credits, and whether it may. They were read without a lock. Whoever acts on
    them looks again under the lock of the row that they come from.
    """

    warn_below: int | None
    top_up_below: int | None
    is_owing: bool = False
    has_overdraft: bool = False


def find_thresholds(session: Session, account_id: UUID, now: datetime) -> Thresholds:
    """The account's thresholds; raises Rejected `account_not_found`."""
    found = find_thresholds_of(session, [account_id], now)
    if account_id not in found:
        raise no_account(account_id)
    return found[account_id]


def find_thresholds_of(session: Session, account_ids: Collection[UUID], now: datetime) -> dict[UUID, Thresholds]:
    """Those of several accounts, whose time all is `now`; an unknown account is missing."""
    wanted = {"account_ids": list(account_ids), "month": month_of(now)}
    rows = session.connection().execute(THRESHOLDS, wanted)
    return {
        row.id: Thresholds(row.warn_below, row.top_up_below, row.is_owing, row.credit_overdraft_max > 0) for row in rows
    }


def no_account(account_id: UUID) -> Rejected:
    """What is answered where there is none."""
    return Rejected("account_not_found", f"There is no account {account_id}.", status=404)


def follow_fall(
    session: Session, account_id: UUID, thresholds: Thresholds, before: int, after: int, now: datetime
) -> None:
    """Warn and top up if the usable balance fell below a threshold on its way from `before` to `after`.

    The caller holds the lock of the account's grants. Without a threshold that was crossed, and while credits are left,
    no statement is sent.
    """
    _follow(session, account_id, thresholds, Fall(before, after), now)


def follow_return(
    session: Session, account_id: UUID, thresholds: Thresholds, before: int, after: int, now: datetime
) -> None:
    """The same where the credits' money goes back, but who gets it back is not charged for new ones.

    Neither now nor by a sweep: a top-up that this would start stops until the customer wants it again.
    """
    warn_of_fall(session, account_id, thresholds, before, after)
    if after < before:
        stop_for_return(session, account_id, after, now)


def warn_of_fall(session: Session, account_id: UUID, thresholds: Thresholds, before: int, after: int) -> None:
    """Only warn. The caller holds the lock of the account's grants."""
    _warn(session, account_id, thresholds, Fall(before, after))


def follow_expiry(session: Session, lapsed: Mapping[UUID, int], now: datetime) -> None:
    """Warn and top up accounts that are low after credits of theirs expired; `lapsed` says how many, by account.

    Other credits of theirs may have expired in the same moment, and not be taken yet by this sweep. They count as
    fallen with these: otherwise a fall that crosses the threshold only as a whole would never be warned of.
    """
    rows = session.execute(_balances(list(lapsed), now)).all()
    for row in rows:
        thresholds = Thresholds(row.warn_below, row.top_up_below)
        usable, expired = int(row.usable), int(row.left) - int(row.usable) + lapsed[row.id]
        _follow(session, row.id, thresholds, Fall(usable, usable, expired), now)


def _follow(session: Session, account_id: UUID, thresholds: Thresholds, fall: Fall, now: datetime) -> None:
    _warn(session, account_id, thresholds, fall)
    if thresholds.top_up_below is not None and fall.after < thresholds.top_up_below:
        session.flush()
        start_due_top_up(session, account_id, now)


def _warn(session: Session, account_id: UUID, thresholds: Thresholds, fall: Fall) -> None:
    if fall.crosses(1):
        tell(session, "credits.depleted", account_id, account_id, {"account_id": str(account_id)})
    if thresholds.warn_below is not None and fall.crosses(thresholds.warn_below):
        check_watch(session, account_id, fall)


def _balances(account_ids: Sequence[UUID], now: datetime) -> Select[UUID, int, int, int, int]:
    """Thresholds and balances of the accounts, in the order of their ids."""
    left = func.sum(CreditGrant.remaining)
    counts = and_(CreditGrant.remaining > 0, CreditGrant.is_frozen.is_(False))
    return (
        select(
            Account.id,
            BalanceWatch.warn_below,
            AutoTopUp.top_up_below,
            func.coalesce(left, 0).label("left"),
            func.coalesce(left.filter(is_usable(now)), 0).label("usable"),
        )
        .outerjoin(BalanceWatch, BalanceWatch.account_id == Account.id)
        .outerjoin(AutoTopUp, and_(AutoTopUp.account_id == Account.id, may_begin(month_of(now))))
        .outerjoin(CreditGrant, and_(CreditGrant.account_id == Account.id, counts))
        .where(is_among(Account.id, account_ids))
        .group_by(Account.id, BalanceWatch.warn_below, AutoTopUp.top_up_below)
        .order_by(Account.id)
    )
