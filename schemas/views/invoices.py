"""Invoices."""

from datetime import datetime
from uuid import UUID

from schemas.views.base import View


class WayToPayView(View):
    """A gateway on whose page an invoice can be paid, under its name there."""

    gateway: str
    display_name: str


class PayableView(View):
    """What the link to an invoice leads to. `amount` is what is left to pay, as it is read.

    `ways` are the gateways that its customer may choose from, in their order; none: there is nothing to choose.
    """

    invoice_id: UUID
    number: str
    is_paid: bool
    is_payable: bool
    amount: str
    ways: tuple[WayToPayView, ...] = ()


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
    """An invoice; `number` is null until issued, `pdf` until rendered. `lines` come with a single invoice only.

    `due_minor` is what is asked for: the total less `balance_used_minor`, money kept on the account that pays of it
    (negative: owed from before, and asked for on top), less `carried_over_minor`, a rest too small to be charged, which
    a later invoice asks for.
    """

    id: UUID
    account_id: UUID
    subscription_id: UUID | None
    reason: str
    number: str | None
    status: str
    currency: str
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    balance_used_minor: int
    carried_over_minor: int
    due_minor: int
    created_at: datetime
    issued_at: datetime | None
    due_at: datetime | None
    paid_at: datetime | None
    pdf: str | None
    lines: list[InvoiceLineView] | None = None


class BillPreview(View):
    """What a bill by hand would cost now. `kept_minor` is kept for the account, and pays of it as far as it goes."""

    account_id: UUID
    currency: str
    lines: list[InvoiceLineView]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    kept_minor: int
