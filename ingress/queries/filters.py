"""Query parameters. What is not named here is refused."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from billing.invoices.tables import InvoiceStatus
from billing.subscriptions.tables import SubscriptionStatus
from database.pages import PAGE_SIZE_MAX


class Filter(BaseModel):
    """Base of all filters."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PageFilter(Filter):
    """A page of a list. `cursor` is `next_cursor` of the page before."""

    cursor: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_SIZE_MAX)] = 20


class OfAccount(Filter):
    """What belongs to one account."""

    account_id: UUID


class PageOfAccount(PageFilter, OfAccount):
    """A page of what belongs to one account."""


class InvoiceFilter(PageFilter):
    """A page of invoices."""

    account_id: UUID | None = None
    status: InvoiceStatus | None = None
    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = None
    subscription_id: UUID | None = None


class ReceiptFilter(PageFilter):
    """A page of receipts. `needs_a_look`: those that fit nothing that was open, and that nobody has looked at yet."""

    account_id: UUID | None = None
    needs_a_look: bool = False


class SubscriptionFilter(PageFilter):
    """A page of subscriptions."""

    account_id: UUID | None = None
    status: SubscriptionStatus | None = None
