"""A payment that came past every gateway is claimed: nothing moves until people say that it came."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.invoices.queries import get_invoice
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.manual_payments.reference import number_in_reference, reference_of
from billing.manual_payments.tables import ClaimStatus, PaymentClaim
from billing.money import Money
from billing.payment_methods.tables import ManualMethod


@dataclass(frozen=True, slots=True)
class Claimed:
    """What somebody says was paid for an invoice. Without `paid_as`, by the invoice's own reference."""

    invoice_id: UUID
    method: ManualMethod
    amount: Money
    paid_on: date
    submitted_by: str
    cause: str
    paid_as: str = ""


def submit_claim(session: Session, claim_id: UUID, claimed: Claimed, now: datetime) -> PaymentClaim:
    """Write it down. Money for what is paid or void already may be claimed as well: if it came, it is in the books.

    `now` is the account's time. Raises Rejected `invoice_not_found`, `invoice_draft`, `gateway_collects` for an invoice
    that a gateway collects by itself, and `paid_in_future`.
    """
    invoice = get_invoice(session, claimed.invoice_id)
    number = check_claimable(invoice)
    if claimed.paid_on > now.date():
        raise Rejected("paid_in_future", f"{claimed.paid_on} has not come yet.")
    claim = PaymentClaim(
        id=claim_id,
        account_id=invoice.account_id,
        invoice_id=invoice.id,
        cause=claimed.cause,
        method=claimed.method,
        paid_as=_paid_as(claimed, number),
        amount_minor=claimed.amount.minor,
        currency=claimed.amount.currency,
        paid_on=claimed.paid_on,
        proof_sha256="",
        status=ClaimStatus.SUBMITTED,
        submitted_by=claimed.submitted_by,
        submitted_at=now,
    )
    session.add(claim)
    session.flush()
    return claim


def _paid_as(claimed: Claimed, number: str) -> str:
    """A reference of an invoice as it is found again, however it was spaced; other words as they are."""
    if not claimed.paid_as:
        return reference_of(number)
    named = number_in_reference(claimed.paid_as)
    return reference_of(named) if named else claimed.paid_as


def check_claimable(invoice: Invoice) -> str:
    """The number of an invoice that can be paid past a gateway; raises Rejected as `submit_claim`."""
    if invoice.number is None or invoice.status is InvoiceStatus.DRAFT:
        raise Rejected("invoice_draft", "The invoice is not issued yet: it cannot be paid.", status=409)
    if invoice.gateway:
        raise Rejected("gateway_collects", f"{invoice.gateway} collects this invoice by itself.", status=409)
    return invoice.number
