"""What a receipt says of the money that came: each amount is one that really came, or was really used."""

from documents.amounts import received_minor
from documents.formatting import format_credits, format_date, format_money
from schemas.documents import InvoiceFacts


def thanks(invoice: InvoiceFacts) -> str:
    """The sentences about what paid an invoice: payments, kept money, both, or nothing at all; and its credits."""
    granted = invoice.credits_granted
    added = f" {format_credits(granted)} {'was' if granted == 1 else 'were'} added to your account." if granted else ""
    return (_for_payment(invoice) if came_minor(invoice) else _without_payment(invoice)) + added


def came_minor(invoice: InvoiceFacts) -> int:
    """What payments brought, in minor units, also beyond what was asked for."""
    return sum(payment.amount_minor for payment in invoice.payments)


def _for_payment(invoice: InvoiceFacts) -> str:
    came = came_minor(invoice)
    too_much = came - received_minor(invoice)
    days = {payment.received_on for payment in invoice.payments}
    on = f" on {format_date(min(days))}" if len(days) == 1 else ""
    sentences = [f"Thank you for your payment of {_money(came, invoice)}{on}."]
    if too_much:
        sentences.append(f"{_money(too_much, invoice)} of it is more than was asked for and is kept on your account.")
    if invoice.kept_minor > 0:
        sentences.append(f"{_money(invoice.kept_minor, invoice)} was paid from your balance.")
    if invoice.kept_minor < 0:
        sentences.append(f"{_money(-invoice.kept_minor, invoice)} of it was carried over from earlier invoices.")
    if invoice.carried_over_minor:
        sentences.append(_carried_over(invoice))
    return " ".join(sentences)


def _without_payment(invoice: InvoiceFacts) -> str:
    kept = f"{_money(invoice.kept_minor, invoice)} was paid from your balance, and nothing was charged."
    if invoice.carried_over_minor:
        return f"{kept if invoice.kept_minor > 0 else 'Nothing was charged.'} {_carried_over(invoice)}"
    return kept if invoice.kept_minor else "There was nothing to pay."


def _carried_over(invoice: InvoiceFacts) -> str:
    rest = _money(invoice.carried_over_minor, invoice)
    return f"{rest} is too little to be charged and is carried over to a later invoice."


def _money(minor: int, invoice: InvoiceFacts) -> str:
    return format_money(minor, invoice.currency)
