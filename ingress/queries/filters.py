"""Query parameters. What is not named here is refused."""

import re
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from billing.disputes.tables import DisputeStatus
from billing.invoices.tables import InvoiceStatus
from billing.manual_payments.tables import ClaimStatus
from billing.receipts.tables import ReceiptSource
from billing.refunds.tables import RefundStatus
from billing.statements.queries import Standing
from billing.subscriptions.tables import SubscriptionStatus
from database.pages import PAGE_SIZE_MAX, Cursor
from schemas.countries import Country
from schemas.currencies import Currency


def _figure(written: str) -> int:
    """Whole numbers in figures alone: Python would read `1_0` as ten."""
    if not re.fullmatch("[0-9]{1,9}", written):
        raise ValueError("must be a whole number")
    return int(written)


class Filter(BaseModel):
    """Base of all filters."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PageFilter(Filter):
    """A page of a list. `cursor` is `next_cursor` of the page before."""

    cursor: Annotated[Cursor, BeforeValidator(Cursor.parse)] | None = None
    limit: Annotated[int, BeforeValidator(_figure), Field(ge=1, le=PAGE_SIZE_MAX)] = 20


class OfAccount(Filter):
    """What belongs to one account."""

    account_id: UUID


class PageOfAccount(PageFilter, OfAccount):
    """A page of what belongs to one account."""


class PaymentMethodFilter(Filter):
    """What is offered in a country, else in an account's own, and what the account has saved."""

    country: Country | None = None
    currency: Currency | None = None
    account_id: UUID | None = Field(None, validate_default=True)

    @field_validator("account_id")
    @classmethod
    def _is_about_somewhere(cls, value: UUID | None, given: ValidationInfo) -> UUID | None:
        if value is None and given.data.get("country") is None:
            raise ValueError("must be given, or a `country`")
        return value


class InvoiceFilter(PageFilter):
    """A page of invoices."""

    account_id: UUID | None = None
    status: InvoiceStatus | None = None
    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = None
    subscription_id: UUID | None = None


class ReceiptFilter(PageFilter):
    """A page of receipts. `needs_a_look`: those that fit nothing that was open, and that nobody has looked at yet."""

    account_id: UUID | None = None
    source: ReceiptSource | None = None
    needs_a_look: bool = False


class DisputeFilter(PageFilter):
    """A page of disputes."""

    account_id: UUID | None = None
    payment_id: UUID | None = None
    status: DisputeStatus | None = None


class RefundFilter(PageFilter):
    """A page of refunds."""

    account_id: UUID | None = None
    payment_id: UUID | None = None
    status: RefundStatus | None = None


class ClaimFilter(PageFilter):
    """A page of claims."""

    account_id: UUID | None = None
    invoice_id: UUID | None = None
    status: ClaimStatus | None = None


class StatementLineFilter(PageFilter):
    """A page of statement lines. `account` is the bank's name for it: the IBAN, without blanks."""

    account: Annotated[str, Field(pattern=r"^[A-Z0-9/.-]{1,64}$")] | None = None
    status: Standing | None = None


class CreditNoteFilter(PageFilter):
    """A page of credit notes."""

    account_id: UUID | None = None
    invoice_id: UUID | None = None
    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = None


class SubscriptionFilter(PageFilter):
    """A page of subscriptions."""

    account_id: UUID | None = None
    status: SubscriptionStatus | None = None
