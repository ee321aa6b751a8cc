"""Hold the credits of a subscription that is paused: they do not expire until it goes on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.credits.queries import lock_usable


def hold_credits(session: Session, account_id: UUID, subscription_id: UUID, paused_at: datetime) -> None:
    """Stop the expiry of a subscription's unspent credits; what is left until it is kept. They stay usable.

    Those that last for ever stay as they are; credits of packages and of other subscriptions are never touched. The
    caller holds the subscription's row lock: its lock comes before those of grants.
    """
    session.flush()  # the rows are read anew: what was changed of them a moment ago must be in them
    for grant in lock_usable(session, account_id, paused_at):
        if grant.subscription_id == subscription_id and grant.expires_at is not None:
            grant.held_for, grant.expires_at = grant.expires_at - paused_at, None
