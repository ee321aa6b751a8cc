"""Money that goes back, and the papers that say so."""

from datetime import date, datetime
from uuid import UUID

from schemas.views.base import View


class RefundView(View):
    """A refund of one payment. `status`: created, unknown, pending, succeeded, failed or canceled.

    Of `amount_minor`, `kept_minor` was kept for the account, `unexplained_minor` fits nothing that it paid (a person
    has been called), and credit notes name the rest. What has failed is kept for the account again.
    What a person has paid out says who did, and on which day.
    """

    id: UUID
    account_id: UUID
    payment_id: UUID
    gateway: str
    reference: str
    status: str
    amount_minor: int
    currency: str
    kept_minor: int
    unexplained_minor: int
    reason: str
    note: str
    used_credits: str
    requested_by: str
    paid_out_by: str
    paid_out_on: date | None
    failure_code: str
    created_at: datetime


class CreditNoteLineView(View):
    """What is taken back of one line of the invoice; below zero where that line gave back."""

    description: str
    net_minor: int
    tax_name: str
    tax_rate_ppm: int
    tax_minor: int


class CreditNoteView(View):
    """A correction of one issued invoice. `pdf` is null until rendered. `lines` come with a single one only.

    The total is what was refunded, what is kept for the account, and what was never paid.
    """

    id: UUID
    account_id: UUID
    invoice_id: UUID
    refund_id: UUID | None
    number: str
    reason: str
    note: str
    currency: str
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    refunded_minor: int
    kept_minor: int
    unpaid_minor: int
    issued_at: datetime
    pdf: str | None
    lines: list[CreditNoteLineView] | None = None
