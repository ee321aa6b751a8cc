"""Money that moved."""

from datetime import datetime
from uuid import UUID

from schemas.views.base import View


class ReceiptView(View):
    """Money that arrived: a capture at a gateway, or what an invoice gave back. Or that left, and is below zero: a
    refund, a dispute or a dispute_fee; above zero these came back after all.

    `allocated_minor` is what of it pays invoices, `kept_minor` the rest, which is kept for the account. What is
    `carried_over` has not arrived yet: its `kept_minor` is negative until a later invoice asks for it. `remark` says
    why it fits nothing that was open, if so: paid_twice, other_amount, other_currency or invoice_void; and that no
    document explains it: reversed or came_back; restored, that the books had forgotten what it was for.
    """

    id: UUID
    account_id: UUID
    source: str
    gateway: str
    reference: str
    amount_minor: int
    currency: str
    allocated_minor: int
    kept_minor: int
    remark: str
    received_at: datetime
