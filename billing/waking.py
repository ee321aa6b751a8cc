"""What waits for a vendor: which work that is, and that it is due again when a person has changed something."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, not_, or_, update
from sqlalchemy.orm import Session

from billing.errors import NotConnected
from database.inbox import InboxEvent
from database.memories import MEMORIES, Memory
from database.memory import hurried, is_put_off
from database.unverified import UnverifiedEvent


def wake(session: Session, vendor: str, noticed_after: timedelta) -> None:
    """What was not even tried is due as soon as the workers know, what was tried in vain soon. The sweep rings."""
    for memory in MEMORIES:
        known = {"next_attempt_at": func.now() + noticed_after}
        for waits, values in (
            (_is_untried(memory, vendor), known),
            (not_(_is_untried(memory, vendor)) & _is_about(memory, vendor), hurried(memory)),
        ):
            session.execute(
                update(memory).where(is_put_off(memory), waits).values(values),
                execution_options={"synchronize_session": False},
            )


def waits_for(memory: type[Memory], vendor: str) -> ColumnElement[bool]:
    """Put off because the vendor was not called, or has given no usable answer."""
    return and_(is_put_off(memory), or_(_is_untried(memory, vendor), _is_about(memory, vendor)))


def _is_untried(memory: type[Memory], vendor: str) -> ColumnElement[bool]:
    return memory.error.startswith(NotConnected.waits_for(vendor), autoescape=True)


def _is_about(memory: type[Memory], vendor: str) -> ColumnElement[bool]:
    """An event says whose it is; of other work its error does: a vendor that gives no usable answer is named."""
    if issubclass(memory, InboxEvent | UnverifiedEvent):
        return memory.gateway == vendor
    return memory.error.icontains(vendor, autoescape=True)
