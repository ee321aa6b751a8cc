"""Lines of bank statements."""

from datetime import date, datetime
from uuid import UUID

from schemas.views.base import View


class StatementLineView(View):
    """A line of the bank; `amount_minor` is above zero for money that came.

    `status` is `open`, `awaiting_approval`, `booked` or `ignored`. `claim_id` is the claim by which it is booked,
    `refund_id` the refund that it paid out.
    """

    id: UUID
    account: str
    booked_on: date
    amount_minor: int
    currency: str
    bank_reference: str
    reference: str
    text: str
    payer: str
    payer_account: str
    is_reversal: bool
    status: str
    claim_id: UUID | None
    refund_id: UUID | None
    ignored_for: str
    decided_by: str
    imported_by: str
    created_at: datetime
