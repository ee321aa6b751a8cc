"""Payments that came past every gateway, as they are claimed and decided."""

from datetime import date, datetime
from uuid import UUID

from schemas.views.base import View


class OtherClaimView(View):
    """What else is said to have paid the invoice of a claim, and not denied.

    `may_be_the_same`: it may be one payment that is told twice, or told for another invoice, too (`invoice_id`).
    """

    id: UUID
    invoice_id: UUID
    reference: str
    method: str
    amount_minor: int
    currency: str
    paid_on: date
    status: str
    seen_minor: int
    may_be_the_same: bool


class PaymentClaimView(View):
    """A payment that somebody says was made.

    `status`: submitted, awaiting_second_approval, approved, rejected or withdrawn. Whoever approves sends back
    `fingerprint`: it stands for this claim, for where its invoice stands now, and for the `others` that are said to
    have paid that. `payment_id` is the receipt, once approved; `seen_minor` of it stands on statements of the bank.
    """

    id: UUID
    account_id: UUID
    invoice_id: UUID
    invoice_number: str
    invoice_status: str
    invoice_currency: str
    invoice_left_minor: int
    method: str
    reference: str
    amount_minor: int
    currency: str
    paid_on: date
    proof: str | None
    status: str
    submitted_by: str
    first_approved_by: str
    decided_by: str
    decided_at: datetime | None
    reject_reason: str
    payment_id: UUID | None
    seen_minor: int
    others: list[OtherClaimView]
    fingerprint: str
    created_at: datetime


class ManualPaymentView(View):
    """How an invoice is to be paid past every gateway: so much is left, by which way, and with which reference."""

    invoice_id: UUID
    invoice_number: str
    status: str
    method: str
    reference: str
    left_minor: int
    currency: str
    due_at: datetime | None
