"""What a bill by hand would cost: by the function that bills it, and nothing is written."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from billing.invoices.compose import compose_invoice
from billing.manual_payments.compose_bill import compose_bill
from billing.manual_payments.wish import wish_of
from billing.receipts.queries import kept_for
from database.ids import uuid7
from schemas.commands.invoices import CreateInvoice
from schemas.views.invoices import BillPreview, InvoiceLineView


def preview_bill(session: Session, wanted: CreateInvoice, now: datetime) -> BillPreview:
    """Its lines and sums, in minor units. `now` is the account's time. Raises Rejected as `compose_bill`."""
    composed = compose_invoice(uuid7(), compose_bill(session, wish_of(wanted, cause=""), now))
    return BillPreview(
        account_id=wanted.account_id,
        currency=wanted.currency,
        lines=[_view(line) for line in composed.lines],
        subtotal_minor=composed.totals.subtotal.minor,
        tax_minor=composed.totals.tax.minor,
        total_minor=composed.totals.total.minor,
        kept_minor=kept_for(session, wanted.account_id, wanted.currency).minor,
    )


def _view(line: dict[str, Any]) -> InvoiceLineView:
    return InvoiceLineView(**{name: line[name] for name in InvoiceLineView.model_fields})
