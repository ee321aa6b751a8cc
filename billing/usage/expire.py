"""Let credits expire."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.clocks.duty import AllAtOnce
from billing.clocks.timelines import Timeline
from billing.credits.tables import CreditGrant, CreditMovement, CreditTransaction
from billing.usage.fall import follow_expiry
from database.among import is_among
from database.ids import uuid7
from database.rows import insert_rows

# a grant's id, its account and what was left
Lapsed = Row[UUID, UUID, int]


def expire_credits(session: Session, timeline: Timeline, limit: int) -> int:
    """Take what is left of the grants that have expired on a timeline, at most `limit` of them; returns how many.

    A second call finds nothing. Waits for no grant that somebody else holds: the next call takes those. A balance that
    fell low is warned of and topped up, account by account in the order of their ids, so that two callers cannot
    deadlock.
    """
    lapsed = _lock_lapsed(session, timeline, limit)
    if lapsed:
        expired = update(CreditGrant).where(is_among(CreditGrant.id, [grant.id for grant in lapsed]))
        session.execute(expired.values(remaining=0), execution_options={"synchronize_session": False})
        insert_rows(session, CreditTransaction, *map(_movement, lapsed))
        per_account: Counter[UUID] = Counter()
        for grant in lapsed:
            per_account[grant.account_id] += grant.remaining
        follow_expiry(session, per_account, timeline.now)
    return len(lapsed)


def _lock_lapsed(session: Session, timeline: Timeline, limit: int) -> Sequence[Lapsed]:
    lapsed = (
        select(CreditGrant.id, CreditGrant.account_id, CreditGrant.remaining)
        .join(Account, Account.id == CreditGrant.account_id)
        .where(
            CreditGrant.remaining > 0,
            CreditGrant.expires_at <= timeline.now,
            Account.clock_id.is_not_distinct_from(timeline.clock_id),
        )
    )
    in_order = lapsed.order_by(CreditGrant.expires_at, CreditGrant.id).limit(limit)
    return session.execute(in_order.with_for_update(of=CreditGrant, skip_locked=True)).all()


def _movement(grant: Lapsed) -> dict[str, Any]:
    return {
        "id": uuid7(), "account_id": grant.account_id, "grant_id": grant.id,
        "movement": CreditMovement.EXPIRE, "amount": -grant.remaining, "cause": f"expiry/{grant.id}",
    }  # fmt: skip


EXPIRIES = AllAtOnce(
    "expiries",
    expire_credits,
    # one transaction's share: well below a second of locks
    rows_max=500,
    # one sweep's share of a timeline: what is left is a minute late, and no message runs into its time limit
    rounds_max=40,
    # Expired credits cannot be used from their instant on; taking them out of the books has time. By then a renewal has
    # been paid, so that nobody is warned in the moment between the old period's credits and the new one's.
    grace=timedelta(minutes=10),
    next_at="""(SELECT min(expires_at) FROM credit_grants JOIN accounts ON accounts.id = account_id
                WHERE clock_id = clock.id AND remaining > 0 AND expires_at IS NOT NULL)""",
    is_last=True,
)
