"""Subscriptions."""

from datetime import datetime
from uuid import UUID

from schemas.views.base import View


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
    none. `limits_suspended`: a transfer is overdue, and nothing of what the plan allows may be used until it is paid.
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
    limits_suspended: bool
    paused_at: datetime | None
    resumes_at: datetime | None
    ended_at: datetime | None
    services: list[str]
    created_at: datetime
