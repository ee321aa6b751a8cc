"""Disputes."""

from datetime import datetime
from uuid import UUID

from schemas.views.base import View


class DisputeView(View):
    """A customer asks the bank for money of a payment back. `status`: inquiry, inquiry_closed, needs_response,
    under_review, won or lost.

    Amounts are minor units: `amount_minor` is what is contested, `left_minor` what is gone because of it now. An answer
    at the gateway counts until `evidence_due_at`; null where the bank takes none. `evidence` is the path of a PDF with
    what speaks for you, null until it is written.
    """

    id: UUID
    account_id: UUID
    payment_id: UUID
    gateway: str
    reference: str
    status: str
    amount_minor: int
    left_minor: int
    currency: str
    reason: str
    evidence_due_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    evidence: str | None
    created_at: datetime
