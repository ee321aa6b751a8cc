"""Prolong a subscription's credits into the period that takes the place of theirs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.credits.queries import lock_usable


def prolong_credits(session: Session, account_id: UUID, subscription_id: UUID, until: datetime, now: datetime) -> None:
    """Let the unspent credits of a subscription last until then at least.

    A change of interval counts what is left of the old period's credits as a part of the new one's. Those that last
    longer already, or for ever, stay as they are; credits of packages and of other subscriptions are never touched.
    """
    session.flush()  # the rows are read anew: what was taken from them a moment ago must be in them
    for grant in lock_usable(session, account_id, now):
        if grant.subscription_id == subscription_id and grant.expires_at is not None:
            grant.expires_at = max(grant.expires_at, until)
