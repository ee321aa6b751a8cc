"""How disputes go: what the office replies to a customer's bank, and when. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from random import Random

from simulation.plan import DAY

# Days before the reply is due.
REPLIED_BEFORE = (1, 6)


class Reply(StrEnum):
    """What the bank hears: evidence, in the words by which the sandbox decides; that we give in; or nothing in time."""

    WINNING = "winning_evidence"
    LOSING = "losing_evidence"
    ESCALATING = "escalate_inquiry_evidence"
    GIVING_IN = "giving_in"
    NONE = "none"


TO_DISPUTES = {Reply.WINNING: 4, Reply.LOSING: 2, Reply.GIVING_IN: 1, Reply.NONE: 2}
# an inquiry that nobody replies to is closed, and one that a bank escalates is replied to once more
TO_INQUIRIES = {Reply.WINNING: 2, Reply.ESCALATING: 2, Reply.NONE: 1}


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A dispute or an inquiry that a bank waits for a reply to. Of what was refunded no bank takes anything more."""

    account_id: str
    reference: str
    due_at: datetime
    is_inquiry: bool
    is_refunded: bool


def replied_today(dice: Random, at: datetime, unanswered: Unanswered) -> Reply | None:
    """The reply on the day that begins at `at`; None for not yet.

    `dice` is the same on each day of a dispute: the office's mind is made up when it hears of it.
    """
    chances = TO_INQUIRIES if unanswered.is_inquiry else TO_DISPUTES
    reply, days = dice.choices(list(chances), list(chances.values()))[0], dice.randint(*REPLIED_BEFORE)
    if reply is Reply.ESCALATING and unanswered.is_refunded:
        reply = Reply.WINNING
    before = 0 * DAY if reply is Reply.NONE else days * DAY
    return reply if at >= unanswered.due_at - before else None
