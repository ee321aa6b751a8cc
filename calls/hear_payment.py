"""Hear of a payment: `checkout.session.*` of a purchase and `payment_intent.*` in one vendor's words."""

from calls.hearing import UNHEARD, Conversation, Heard, Inquiry, Known, Payment
from schemas.facts.events import EventFact


def ask_payment(inquiry: Inquiry, fact: EventFact) -> Heard:
    """Call: the payment as it is now."""
    payment = inquiry.gateway.checkout.fetch_payment(checkout_ref=fact.checkout_ref, payment_ref=fact.payment_ref)
    return UNHEARD if payment is None else Payment(payment)


def is_idle(known: Known, fact: EventFact) -> bool:
    """Every payment we ask for bears our mark from its first moment on.

    One without it is of an invoice that the gateway wrote, which has events of its own, or was made by somebody else.
    """
    return not fact.attempt_id or (fact.gateway, subject(fact)) in known.settled


def subject(fact: EventFact) -> str:
    """The payment, or the page as long as there is none."""
    return fact.payment_ref or fact.checkout_ref


PAYMENT = Conversation(subject, ask_payment, is_idle)
