"""What the product is told."""

from schemas.messages.base import Message, Periodic


class TellProduct(Message):
    """Make events of what has changed and send what is due. Anybody may ring at any time; it changes no result."""

    task = "events.tell"
    queue = "events"
    is_tick = True


class ForgetEvents(Periodic):
    """Forget events past their time."""

    task = "events.forget"
    queue = "events"


MESSAGES: tuple[type[Message], ...] = (TellProduct, ForgetEvents)
