"""What waited untried for a vendor is due again when a person has connected it."""

from datetime import timedelta

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.errors import NotConnected
from credentials.queries import LOOK_SECONDS
from database.inbox import InboxEvent
from database.memory import WorkState
from database.operations import Operation
from database.outbox import OutboxEntry
from database.unverified import UnverifiedEvent

# by then each worker has looked: one that had not would put the work off again
NOTICED_AFTER = timedelta(seconds=LOOK_SECONDS + 1)


def wake(session: Session, vendor: str) -> None:
    """Due as soon as the workers know; the sweep rings for it."""
    for memory in (InboxEvent, UnverifiedEvent, Operation, OutboxEntry):
        waits = memory.error.startswith(NotConnected.waits_for(vendor), autoescape=True)
        session.execute(
            update(memory)
            .where(memory.state == WorkState.READY, waits)
            .values(next_attempt_at=func.now() + NOTICED_AFTER),
            execution_options={"synchronize_session": False},
        )
