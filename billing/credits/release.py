"""Release the credits of a subscription that was paused: they expire again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.credits.queries import lock_usable


def release_credits(session: Session, account_id: UUID, subscription_id: UUID, at: datetime) -> None:
    """Let the expiry of a subscription's held credits run on from an instant: as much is left of it as in the pause.

    Nothing happens to credits that are not held, and those that were used up in the pause need no expiry any more. The
    caller holds the subscription's row lock.
    """
    session.flush()  # the rows are read anew: what was changed of them a moment ago must be in them
    for grant in lock_usable(session, account_id, at):
        if grant.subscription_id == subscription_id and grant.held_for is not None:
            grant.expires_at, grant.held_for = at + grant.held_for, None
