"""What falls due by the calendar."""

from schemas.messages.base import Message, Periodic


class RenewSubscriptions(Periodic):
    """Begin the periods that fall due, end what ends."""

    task = "renewals.sweep"
    queue = "renewals"


class DunInvoices(Periodic):
    """Try again what was not paid and is due for another try; end what had its last."""

    task = "dunning.sweep"
    queue = "renewals"


class SweepCredits(Periodic):
    """Let credits expire, top up what is low."""

    task = "credits.sweep"
    queue = "renewals"


class NoticeCards(Periodic):
    """Tell customers whose card expires soon, whose trial ends soon, and whose transfer is due or late."""

    task = "renewals.notice"
    queue = "renewals"


class AdvanceClocks(Message):
    """Let time go on for the test clocks that are on their way. Anybody may ring at any time; it changes no result."""

    task = "clocks.advance"
    queue = "renewals"
    is_tick = True


MESSAGES: tuple[type[Message], ...] = (RenewSubscriptions, DunInvoices, SweepCredits, NoticeCards, AdvanceClocks)
