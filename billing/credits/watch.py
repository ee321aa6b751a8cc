"""Watch an account's balance: warn once each time it falls below a number."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.credits.queries import is_usable
from billing.credits.rules import Fall
from billing.credits.tables import BalanceWatch, CreditGrant
from database.ids import uuid7
from database.outbox import stage

# built once: it runs with every grant. The balance is only added up for a watch that is low.
ARM = (
    update(BalanceWatch)
    .where(
        BalanceWatch.account_id == func.any(bindparam("of_accounts", type_=ARRAY(Uuid))),
        BalanceWatch.is_low,
        BalanceWatch.warn_below
        <= select(func.sum(CreditGrant.remaining))
        .where(CreditGrant.account_id == BalanceWatch.account_id, is_usable(bindparam("at")))
        .scalar_subquery(),
    )
    .values(is_low=False)
)


def set_watch(session: Session, account_id: UUID, warn_below: int | None) -> None:
    """Warn when credits fall below a number from now on; None ends it.

    A balance that is below it already causes no warning: it must fall, so it must have been higher first.
    """
    if warn_below is None:
        session.execute(delete(BalanceWatch).where(BalanceWatch.account_id == account_id))
        return
    wanted = {"warn_below": warn_below, "is_low": False}
    watch = insert(BalanceWatch).values(account_id=account_id, **wanted)
    session.execute(watch.on_conflict_do_update(index_elements=["account_id"], set_=wanted))


def check_watch(session: Session, account_id: UUID, fall: Fall) -> None:
    """Stage one warning when the balance fell below the number. Concurrent callers meet at the row's lock."""
    locked = select(BalanceWatch).where(BalanceWatch.account_id == account_id).with_for_update()
    watch = session.scalar(locked.execution_options(populate_existing=True))
    if watch is None or not fall.crosses(watch.warn_below):
        return
    # is_low may be out of date when credits were granted beside somebody's warning; what is usable tells
    if watch.is_low and fall.before < watch.warn_below:
        return
    watch.is_low = True
    watch.crossings += 1
    # a watch that was ended and set again counts from one again, so the count alone would not be unique
    stage(session, "low_credits", account_id, f"low_credits/{account_id}/{uuid7()}")


def arm_watches(session: Session, account_ids: Collection[UUID], now: datetime) -> None:
    """After grants: the next fall is warned of again where the balance has risen to the number."""
    session.connection().execute(ARM, {"of_accounts": list(account_ids), "at": now})
