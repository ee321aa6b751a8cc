"""What of an invoice was paid, by what, and what is still due: the same rows on paper and in mails."""

from documents.formatting import format_date, format_money
from schemas.documents import InvoiceFacts, SubscriptionFacts

NOTHING_DUE = frozenset({"void", "draft"})


def received_minor(invoice: InvoiceFacts) -> int:
    """What payments paid of the invoice, in minor units: nothing of it was kept from before."""
    return sum(payment.paid_minor for payment in invoice.payments)


def paid_minor(invoice: InvoiceFacts) -> int:
    """What was really paid, in minor units: by payments, and of the customer's own money."""
    return received_minor(invoice) + max(invoice.kept_minor, 0)


def due_minor(invoice: InvoiceFacts) -> int:
    """What is really asked for, in minor units: the total less kept money, what came already and what is too small."""
    if invoice.status in NOTHING_DUE:
        return 0
    return invoice.total_minor - invoice.kept_minor - invoice.carried_over_minor - received_minor(invoice)


def closing(invoice: InvoiceFacts) -> tuple[tuple[str, int], ...]:
    """(label, minor units) from the total down to what is due: what pays of the invoice is negative."""
    met = {
        "Carried over from earlier invoices": max(-invoice.kept_minor, 0),
        "Paid from your balance": -max(invoice.kept_minor, 0),
        "Carried over to a later invoice": -invoice.carried_over_minor,
    }
    unpaid = [(label, minor) for label, minor in met.items() if minor]
    paid = [(f"Paid on {format_date(payment.received_on)}", -payment.paid_minor) for payment in invoice.payments]
    return (*unpaid, *paid, ("Amount due", due_minor(invoice)))


def kept(subscription: SubscriptionFacts) -> str:
    """A sentence, with a space before it, about what pays of the next charge or is added to it; empty without that."""
    minor = subscription.kept_minor
    if not minor:
        return ""
    amount = format_money(abs(minor), subscription.currency)
    if minor > 0:
        return f" {amount} that is kept on your account pays first."
    return f" {amount} that was carried over from earlier invoices is added."
