"""Of what a customer agreed to, exactly that is taken which was asked for and is still owed."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.rules import why_unwanted
from billing.payments.tables import PaymentAttempt
from schemas.facts.payments import PaymentFact, PaymentStatus

AMOUNTS = st.integers(1, 5)
CURRENCIES = st.sampled_from(["USD", "EUR"])
OPEN = (InvoiceStatus.DRAFT, InvoiceStatus.PENDING, InvoiceStatus.UNCOLLECTIBLE)
AGREED = PaymentFact(
    gateway="toy", attempt_id=str(UUID(int=1)), checkout_ref="page", payment_ref="", charge_ref="", customer_ref="",
    status=PaymentStatus.APPROVED, amount_minor=1, currency="USD",
)  # fmt: skip


@given(AMOUNTS, AMOUNTS, CURRENCIES, AMOUNTS, AMOUNTS, st.sampled_from(InvoiceStatus), st.booleans())
def test_what_is_taken_was_asked_for_and_is_owed(
    asked: int, agreed: int, currency: str, total: int, paid: int, status: InvoiceStatus, is_canceled: bool
) -> None:
    attempt = PaymentAttempt(amount_minor=asked, currency="USD")
    invoice = Invoice(status=status, total_minor=total, allocated_minor=min(paid, total))
    fact = replace(AGREED, amount_minor=agreed, currency=currency)
    is_wanted = why_unwanted(attempt, invoice, fact, is_canceled=is_canceled) == ""
    assert is_wanted == (
        not is_canceled
        and status in OPEN
        and (agreed, currency) == (asked, "USD")
        and agreed <= invoice.total_minor - invoice.allocated_minor
    )
