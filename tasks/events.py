"""The queue of events."""

from calls.forget_events import forget_events
from calls.tell_product import tell_product
from schemas.messages.events import ForgetEvents, TellProduct
from workers.task import doorway
from workers.wiring import Work


@doorway(TellProduct)
def tell(work: Work, message: TellProduct) -> None:
    """Tell the product what has changed, for as long as something does."""
    tell_product(work)


@doorway(ForgetEvents)
def forget(work: Work, message: ForgetEvents) -> None:
    """Forget what is old."""
    forget_events(work)
