"""The queue of the calendar: what falls due, for everybody's course of time."""

from billing.agenda.duties import SWEEPS
from calls.move_clock import move_clocks
from schemas.messages.renewals import AdvanceClocks, DunInvoices, NoticeCards, RenewSubscriptions, SweepCredits
from workers.sweeps import sweep
from workers.task import doorway
from workers.wiring import Work

# One message's share: beat sends the next one every five seconds, and between the two the queue is free for others.
CLOCKS_BUDGET_SECONDS = 4.0


@doorway(RenewSubscriptions)
def renew(work: Work, message: RenewSubscriptions) -> None:
    """Begin the periods that fall due, end what ends."""
    sweep(work, SWEEPS[RenewSubscriptions])


@doorway(DunInvoices)
def dun(work: Work, message: DunInvoices) -> None:
    """Try again what was not paid, end what had its last try."""
    sweep(work, SWEEPS[DunInvoices])


@doorway(NoticeCards)
def notice(work: Work, message: NoticeCards) -> None:
    """Tell of trials that end and cards that expire."""
    sweep(work, SWEEPS[NoticeCards])


@doorway(SweepCredits)
def credit(work: Work, message: SweepCredits) -> None:
    """Let credits expire, top up what is low."""
    sweep(work, SWEEPS[SweepCredits])


@doorway(AdvanceClocks)
def advance(work: Work, message: AdvanceClocks) -> None:
    """Move test clocks on for a few seconds, or until they have all arrived."""
    move_clocks(work, CLOCKS_BUDGET_SECONDS)
