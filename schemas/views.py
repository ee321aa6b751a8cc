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
    """A customer of the SaaS company.

    `kept_minor` is money kept for the next invoices, in minor units by currency; negative, it is owed with them.
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
    kept_minor: dict[str, int] = {}


class PayableView(View):
    """What the link to an invoice leads to. `amount` is what is left to pay, as it is read."""

    invoice_id: UUID
    number: str
    is_paid: bool
    is_payable: bool
    amount: str


class InvoiceLineView(View):
    """One line of an invoice."""

    description: str
    quantity: int
    unit_minor: int
    net_minor: int
    tax_name: str
    tax_rate_ppm: int
    tax_minor: int


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


class PlanPriceView(View):
    """A plan's price per interval."""

    currency: str
    interval: str
    price_minor: int


class PlanView(View):
    """A plan on offer. A limit of null is none."""

    slug: str
    name: str
    version: int
    featured: bool
    credits_per_month: int
    credits_roll_over: bool
    sites_max: int | None
    users_max: int | None
    trial_days: int
    prices: list[PlanPriceView]


class ServiceView(View):
    """A service on offer, priced once or per month."""

    slug: str
    name: str
    interval: str
    currency: str
    price_minor: int


class PendingChangeView(View):
    """A change of plan that begins when its invoice is paid, and is dropped at `expires_at`."""

    plan: str
    plan_version: int
    interval: str
    price_minor: int
    invoice_id: UUID
    expires_at: datetime


class SubscriptionView(View):
    """A subscription. `price_minor` is the plan's list price per interval; the period is half-open.

    `plan_is_unknown`: the gateway that runs it has it at a price which is none of ours; the plan shown is the last that
    was known, and what is paid is another amount. The limits are those of the version that it runs, null where there is
    none.
    """

    id: UUID
    account_id: UUID
    status: str
    collection: str
    pay_by: str
    plan: str
    plan_version: int
    plan_is_unknown: bool
    interval: str
    currency: str
    price_minor: int
    credits_per_period: int
    sites_max: int | None
    users_max: int | None
    period_start: datetime
    period_end: datetime
    trial_end: datetime | None
    cancel_at_period_end: bool
    next_plan: str | None
    pending_change: PendingChangeView | None
    canceled_at: datetime | None
    paused_at: datetime | None
    resumes_at: datetime | None
    ended_at: datetime | None
    services: list[str]
    created_at: datetime


class CreditTransactionView(View):
    """One movement of credits: positive when granted, negative when consumed, expired or revoked."""

    id: UUID
    account_id: UUID
    grant_id: UUID
    movement: str
    amount: int
    description: str
    created_at: datetime


class BalanceWatchView(View):
    """The warning about a low balance; `warn_below` is null when there is none."""

    account_id: UUID
    warn_below: int | None
    is_low: bool


class AutoTopUpView(View):
    """A package that is bought when credits fall low. `invoice_id` is the purchase under way.

    `stop_code` says why it stopped: the gateway's code of a declined card, `no_card`, `package_not_found`,
    `nothing_to_pay`, or `ended`.
    """

    account_id: UUID
    package: str
    top_up_below: int
    monthly_max: int
    invoice_id: UUID | None
    stopped_at: datetime | None
    stop_code: str


class CardView(View):
    """A saved card that can be charged. `card_ref` is the gateway's id of it."""

    id: UUID
    account_id: UUID
    gateway: str
    card_ref: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    is_default: bool
    created_at: datetime


class TestClockView(View):
    """A test clock. While it is advancing, everything up to `target_at` happens in its order; `frozen_at` follows."""

    __test__ = False  # no test case, whatever pytest makes of the name

    id: UUID
    name: str
    frozen_at: datetime
    target_at: datetime
    status: Literal["ready", "advancing"]
    created_at: datetime
