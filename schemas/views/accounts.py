"""Accounts."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from schemas.views.base import View


class AccountView(View):
    """A customer of the SaaS company.

    `kept_minor` is money kept for the next invoices, in minor units by currency; negative, it is owed with them.
    `open_disputes` counts the payments, or parts of them, that it contests at its bank now.
    """

    id: UUID
    name: str
    slug: str
    owner: str
    billing_email: str
    billing_address: dict[str, str]
    tax_id: str
    test_clock_id: UUID | None
    created_at: datetime
    kept_minor: dict[str, int] = Field(default_factory=dict)
    open_disputes: int = 0
