"""Charge back: what paid an invoice has gone back to whom it came from, against our will."""

from billing.invoices.states import move
from billing.invoices.tables import Invoice, InvoiceStatus


def charge_back(invoice: Invoice, amount_minor: int, after: InvoiceStatus, *, was_kept: bool) -> None:
    """Let an invoice be owed again for so much; the caller has taken back the allocations, and holds its row lock.

    One that was paid is so no more: it is pending or uncollectible `after` that, and may be paid again. `was_kept` says
    that the payment was asked for something else, and had paid it as kept money. What was carried over of it is owed by
    the account still, and met of it as if by kept money. It is contested no further than what still pays it. One that
    was never paid in full is not charged back: it has granted nothing yet, and asks for so much again.
    """
    invoice.charged_back_minor += 0 if invoice.is_unsettled else amount_minor
    if invoice.status is InvoiceStatus.PAID:
        move(invoice, after)
        invoice.paid_at = None
    invoice.allocated_minor -= amount_minor
    invoice.balance_used_minor += invoice.carried_over_minor - (amount_minor if was_kept else 0)
    invoice.carried_over_minor = 0
    invoice.contested_minor = min(invoice.contested_minor, invoice.covered_minor)
