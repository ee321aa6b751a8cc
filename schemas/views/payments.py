"""Payments that were asked for."""

from datetime import datetime
from uuid import UUID

from schemas.views.base import View


class PaymentView(View):
    """A payment through a gateway, from the moment on at which it is meant.

    `kind`: on a hosted page for a purchase (checkout) or an invoice (page), from a saved card or wallet (charge), or by
    a gateway that runs the subscription (gateway). `failure` says to the customer why it failed, `failure_code` to you.
    `receipt_id` is the money, once it came: refunds and disputes name it as their `payment_id`.
    """

    id: UUID
    account_id: UUID
    invoice_id: UUID
    kind: str
    gateway: str
    card_id: UUID | None
    status: str
    amount_minor: int
    currency: str
    failure_code: str
    failure: str
    receipt_id: UUID | None
    created_at: datetime
    captured_at: datetime | None
