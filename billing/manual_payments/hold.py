"""How long a claim that nobody has decided about holds what the calendar would end for want of its money."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from billing.invoices.tables import Invoice
from billing.manual_payments.queries import WAITING
from billing.manual_payments.tables import PaymentClaim

# So long after an end was due people may take to look into the bank account. Then it ends as if nobody had claimed:
# otherwise a claim that is forgotten, or made again and again, would give away what was never paid.
TIME_TO_DECIDE = timedelta(days=7)


def is_held(
    invoice_id: InstrumentedAttribute[UUID], ends_at: SQLColumnExpression[datetime | None], now: datetime
) -> ColumnElement[bool]:
    """In a query of what ends at `ends_at` unless its invoice is paid: a claim holds that up.

    Both times are the account's. The claim waits for somebody, was submitted before the end was due, and is for all
    that the invoice leaves to pay, in its currency: no cent, and nothing that is claimed only when time is over, holds
    anything. Whoever ends something asks again under the row lock of the invoice, which a claim needs as well, and in a
    statement of its own: the one that took the lock does not see what was claimed while it began.
    """
    claimed = aliased(Invoice)
    holding = select(PaymentClaim.id).join(claimed, claimed.id == PaymentClaim.invoice_id)
    holding = holding.where(
        PaymentClaim.invoice_id == invoice_id,
        PaymentClaim.status.in_(WAITING),
        PaymentClaim.submitted_at < ends_at,
        PaymentClaim.currency == claimed.currency,
        PaymentClaim.amount_minor >= claimed.total_minor - claimed.allocated_minor,
    )
    return (ends_at > now - TIME_TO_DECIDE) & holding.exists()


def held_until(invoice_id: str, ends_at: str) -> str:
    """The instant of such an end, for a `next_at`: later where a claim holds it. Of two SQL expressions, a third."""
    waiting = ", ".join(f"'{status}'" for status in WAITING)
    return f"""(CASE WHEN EXISTS (
        SELECT FROM payment_claims AS claim JOIN invoices AS claimed ON claimed.id = claim.invoice_id
        WHERE claim.invoice_id = {invoice_id} AND claim.status IN ({waiting}) AND claim.submitted_at < {ends_at}
        AND claim.currency = claimed.currency AND claim.amount_minor >= claimed.total_minor - claimed.allocated_minor
    ) THEN {ends_at} + interval '{TIME_TO_DECIDE.days} days' ELSE {ends_at} END)"""
