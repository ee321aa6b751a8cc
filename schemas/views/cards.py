"""Saved cards."""

from datetime import datetime
from uuid import UUID

from schemas.views.base import View


class CardView(View):
    """A saved card that can be charged, or a wallet (`kind`). `card_ref` is the gateway's id of it.

    A wallet has no digits and does not expire; its `holder` tells whose it is, masked.
    `fallback_order` is its place among those that are tried when the default is refused for good; null: after these.
    """

    id: UUID
    account_id: UUID
    gateway: str
    card_ref: str
    kind: str
    brand: str
    last4: str | None
    holder: str
    exp_month: int | None
    exp_year: int | None
    is_default: bool
    fallback_order: int | None
    created_at: datetime
