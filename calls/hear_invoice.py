"""Hear of an invoice of a subscription that its gateway runs: `invoice.paid` and its kind in one vendor's words."""

from collections.abc import Set
from itertools import takewhile

from calls.hear_subscription import fetch_subscription, record_subscription
from calls.hearing import UNHEARD, Conversation, Heard, Inquiry, Known, Other
from gateways.gateway import Gateway
from schemas.facts.events import EventFact
from schemas.facts.invoices import GatewayInvoiceFact


def ask_invoice(inquiry: Inquiry, fact: EventFact) -> Heard:
    """Call: the invoice, and its subscription: the first may come before news of it, or at a price it just went to."""
    invoice = inquiry.gateway.subscriptions.fetch_invoice(fact.invoice_ref)
    found = fetch_subscription(inquiry, invoice.subscription_ref) if invoice else None
    if invoice is None or found is None:
        return UNHEARD
    invoices = [*_earlier(inquiry, invoice), invoice]
    asked_at, reference = inquiry.known.looked_at, invoice.invoice_ref
    return Other(
        lambda session, wall: record_subscription(session, found, asked_at, wall, invoices, rung_for=reference)
    )


def ask_lacking(gateway: Gateway, subscription_ref: str, settled: Set[tuple[str, str]]) -> list[GatewayInvoiceFact]:
    """The subscription's invoices of which the books lack anything, oldest first.

    A list does not tell by which charge an invoice was paid, or why it was not: where money is asked for, each is asked
    about by itself.
    """
    listed = gateway.subscriptions.list_invoices(subscription_ref)
    lacking = [invoice for invoice in listed if (gateway.name, invoice.invoice_ref) not in settled]
    fetch = gateway.subscriptions.fetch_invoice
    asked = [fetch(each.invoice_ref) if each.due_minor else each for each in lacking]
    return [invoice for invoice in asked if invoice is not None]


def _earlier(inquiry: Inquiry, invoice: GatewayInvoiceFact) -> list[GatewayInvoiceFact]:
    """What comes before an invoice that is new to the books and is not there either.

    It may have kept the money that this one has used, and taken back credits before this one granted others.
    """
    if (invoice.gateway, invoice.invoice_ref) in inquiry.known.mirrored:
        return []
    lacking = ask_lacking(inquiry.gateway, invoice.subscription_ref, inquiry.known.settled)
    return list(takewhile(lambda earlier: earlier.invoice_ref != invoice.invoice_ref, lacking))


def is_idle(known: Known, fact: EventFact) -> bool:
    """Paid and void are never left again."""
    return (fact.gateway, fact.invoice_ref) in known.settled


INVOICE = Conversation(lambda fact: fact.invoice_ref, ask_invoice, is_idle)
