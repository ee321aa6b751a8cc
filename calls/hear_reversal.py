"""Hear of money that left again: `charge.refunded`, `refund.*` and `charge.dispute.*` in one vendor's words."""

from billing.outcomes.reverse_payment import reverse_payment
from calls.hearing import UNHEARD, Conversation, Heard, Inquiry, Other
from schemas.facts.events import EventFact


def ask_reversal(inquiry: Inquiry, fact: EventFact) -> Heard:
    """Call: everything that has left of the charge by now, whichever of it the event is about."""
    found = inquiry.gateway.reversals.fetch_reversals(fact.charge_ref)
    return UNHEARD if found is None else Other(lambda session, wall: reverse_payment(session, found, wall))


# by turns: what has left may come back, and two answers bear no mark of which is the newer
REVERSAL = Conversation(lambda fact: fact.charge_ref, ask_reversal, is_in_turn=True)
