"""What the API answers. Amounts are minor units of the `currency` beside them; times are RFC 3339, UTC."""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

Item = TypeVar("Item")


class View(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True)


class OperationView(View):
    """A command and how it went. `result` comes with succeeded, `problem` (RFC 9457) with failed and parked."""

    id: UUID
    kind: str
    status: Literal["queued", "running", "succeeded", "failed", "parked"]
    attempts: int
    created_at: datetime
    finished_at: datetime | None = None
    result: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None


class AccountView(View):
    """A customer of the SaaS company."""

    id: UUID
    name: str
    slug: str
    owner: str
    billing_email: str
    billing_address: dict[str, str]
    tax_id: str
    created_at: datetime


class InvoiceLineView(View):
    """One line of an invoice."""

    description: str
    quantity: int
    unit_minor: int
    net_minor: int
    tax_name: str
    tax_rate_ppm: int
    tax_minor: int


class InvoiceView(View):
    """An invoice; `number` is null until issued, `pdf` until rendered. `lines` come with a single invoice only."""

    id: UUID
    account_id: UUID
    number: str | None
    status: str
    currency: str
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    created_at: datetime
    issued_at: datetime | None
    due_at: datetime | None
    paid_at: datetime | None
    pdf: str | None
    lines: list[InvoiceLineView] | None = None


class PackageView(View):
    """A credit package on offer. `price_minor` is what is charged, `list_price_minor` the price before the discount."""

    slug: str
    name: str
    credits: int
    price_minor: int
    list_price_minor: int
    discount_ppm: int
    currency: str
    featured: bool


class BalanceView(View):
    """An account's usable credits now, and when the next of them expire."""

    account_id: UUID
    balance: int
    next_expiry_at: datetime | None


class Page(View, Generic[Item]):
    """A page of a list, newest first. Pass `next_cursor` as `cursor` for the next one; null at the end."""

    data: list[Item]
    next_cursor: str | None
