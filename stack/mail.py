"""`cashbeat mail`: addresses to which no mail is sent any more."""

from datetime import UTC, datetime

from billing.mail.lift_stop import lift_stop
from billing.mail.queries import list_stops
from settings import Settings
from stack.payments import operator, refusals_told
from stack.printable import printable_line
from stack.sessions import reading, session


def list_stopped(settings: Settings, limit: int) -> list[str]:
    """A line per address, the newest last, as in a log. Raises StackError without a database."""
    with reading(settings) as opened:
        stops = list_stops(opened, limit)
        return [
            printable_line(f"{stop.stopped_at:%Y-%m-%d}  {stop.reason}  {stop.address}  {stop.said}".rstrip())
            for stop in reversed(stops)
        ]


def lift(settings: Settings, address: str, who: str) -> str:
    """What was done. Raises StackError for an address to which mail goes."""
    by = operator(who)
    with refusals_told(), session(settings) as opened:
        lift_stop(opened, address, by, datetime.now(UTC))
    return printable_line(f"mail goes to {address} again")
