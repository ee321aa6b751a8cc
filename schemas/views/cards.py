"""Saved cards."""

from datetime import datetime
from uuid import UUID

from schemas.views.base import View


class CardView(View):
    """A saved card that can be charged. `card_ref` is the gateway's id of it.

    `fallback_order` is its place among those that are tried when the default is refused for good; null: after these.
    """

    id: UUID
    account_id: UUID
    gateway: str
    card_ref: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    is_default: bool
    fallback_order: int | None
    created_at: datetime
