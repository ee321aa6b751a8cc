"""The states of an invoice. Nobody else writes them; `billing/README.md` draws them."""

from billing.errors import Rejected
from billing.invoices.tables import Invoice, InvoiceStatus

TRANSITIONS: dict[InvoiceStatus, frozenset[InvoiceStatus]] = {
    InvoiceStatus.DRAFT: frozenset({InvoiceStatus.PENDING, InvoiceStatus.VOID}),
    InvoiceStatus.PENDING: frozenset({InvoiceStatus.PAID, InvoiceStatus.VOID, InvoiceStatus.UNCOLLECTIBLE}),
    InvoiceStatus.UNCOLLECTIBLE: frozenset({InvoiceStatus.PAID, InvoiceStatus.VOID}),
    # charged back: owed again, and by the policy dunned or not
    InvoiceStatus.PAID: frozenset({InvoiceStatus.UNCOLLECTIBLE, InvoiceStatus.PENDING}),
    InvoiceStatus.VOID: frozenset(),
}


def move(invoice: Invoice, after: InvoiceStatus) -> None:
    """Take one step of the state machine; raises Rejected `invoice_state` for one that it does not have."""
    if after not in TRANSITIONS[invoice.status]:
        raise Rejected("invoice_state", f"An invoice cannot go from {invoice.status} to {after}.", status=409)
    invoice.status = after
