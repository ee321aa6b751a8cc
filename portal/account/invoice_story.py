"""Why an invoice is what it is: each line's rule, period and cause; and what was paid, tried, mailed and taken back."""

from typing import Any

from sqlalchemy.orm import Session

from billing.credit_notes.queries import list_credit_notes
from billing.invoices.queries import get_invoice, list_lines, paper_made_at
from billing.receipts.queries import paid_by
from ingress.queries.payments import PaymentFilter, payments
from portal.visitors import Visitor
from portal.ways import names_of, ways_for
from schemas.views.invoices import InvoiceView

# more tries of one invoice nobody reads; as an address says it
TRIES_MAX = "50"
# a payment may still come of it
LIVE = frozenset({"created", "unknown", "pending", "approved"})


def read_story(session: Session, visitor: Visitor, country: str, shown: InvoiceView) -> dict[str, Any]:
    """All of it that this visitor may see."""
    invoice = get_invoice(session, shown.id)
    may_see_payments = visitor.may("payments:read")
    wanted = PaymentFilter.model_validate({"account_id": shown.account_id, "invoice_id": shown.id, "limit": TRIES_MAX})
    tries = payments(session, wanted).data if may_see_payments else []
    return {
        "lines": list_lines(session, shown.id),
        "tax_reason": str(invoice.tax_reason),
        "tax_evidence": invoice.tax_evidence,
        "mailed_to": (invoice.buyer or {}).get("billing_email", ""),
        "paper_made_at": paper_made_at(session, shown.id),
        "tries": tries,
        "is_being_paid": shown.status == "draft" and any(each.status in LIVE for each in tries),
        "paid_by": paid_by(session, shown.id) if may_see_payments else [],
        "credit_notes": list_credit_notes(session, account_id=shown.account_id, invoice_id=shown.id).data,
        "gateway_names": names_of(ways_for(session, country, None)),
    }
