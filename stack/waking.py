"""What waits for a vendor is due again when a person has changed what it is called with."""

from datetime import timedelta

from sqlalchemy import ColumnElement, func, not_, update
from sqlalchemy.orm import Session

from billing.errors import NotConnected
from credentials.queries import LOOK_SECONDS
from database.inbox import InboxEvent
from database.memories import MEMORIES, Memory
from database.memory import hurried, is_put_off
from database.unverified import UnverifiedEvent

# by then each worker has looked: one that had not would put the work off again
NOTICED_AFTER = timedelta(seconds=LOOK_SECONDS + 1)


def wake(session: Session, vendor: str) -> None:
    """What was not even tried is due as soon as the workers know, what was tried in vain soon. The sweep rings."""
    for memory in MEMORIES:
        is_untried = memory.error.startswith(NotConnected.waits_for(vendor), autoescape=True)
        known = {"next_attempt_at": func.now() + NOTICED_AFTER}
        for waits, values in (
            (is_untried, known),
            (not_(is_untried) & _is_about(memory, vendor), hurried(memory)),
        ):
            session.execute(
                update(memory).where(is_put_off(memory), waits).values(values),
                execution_options={"synchronize_session": False},
            )


def _is_about(memory: type[Memory], vendor: str) -> ColumnElement[bool]:
    """An event says whose it is; of other work its error does: a vendor that gives no usable answer is named."""
    if issubclass(memory, InboxEvent | UnverifiedEvent):
        return memory.gateway == vendor
    return memory.error.icontains(vendor, autoescape=True)
