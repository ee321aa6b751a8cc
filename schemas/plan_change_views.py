"""What the API answers about a change of plan: what it would cost, and what became of the wish."""

from datetime import datetime
from uuid import UUID

from schemas.views.base import View
from schemas.views.subscriptions import SubscriptionView


class ChangedSubscriptionView(SubscriptionView):
    """A subscription after the wish for another plan.

    `change` is `made`, `pending` until it is paid for, `planned` for the next period, or `to_approve` until the
    customer has agreed at `approval_url`.
    """

    change: str
    approval_url: str = ""


class QuotedLineView(View):
    """One line of an invoice that does not exist yet."""

    kind: str
    description: str
    quantity: int
    unit_minor: int
    net_minor: int
    tax_minor: int


class ServicePreview(View):
    """What a service costs that is added at the instant `at`, or what is given back for one that is removed.

    Amounts as in `ChangePreview`. From `period_end` on it is billed with every period, or not any more.
    """

    subscription_id: UUID
    at: datetime
    service: str
    currency: str
    lines: list[QuotedLineView]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    balance_used_minor: int
    carried_over_minor: int
    due_minor: int
    kept_minor: int
    period_end: datetime


class ChangePreview(View):
    """What a change of plan costs at the instant `at`, and what it does to credits.

    `total_minor` is the invoice's total, `balance_used_minor` what kept money pays of it (negative: owed from before,
    and charged on top), `carried_over_minor` a rest too small to be charged, which a later invoice asks for, and
    `due_minor` what is charged; `kept_minor` is added to the money kept on the account. `change` is what becomes of the
    wish: it is `made`, `pending` until `due_minor` is paid, or `planned` for the next period. `fingerprint` stands for
    all of this: a change that says it is made as it is shown here, or refused.
    """

    subscription_id: UUID
    at: datetime
    when: str
    change: str
    currency: str
    lines: list[QuotedLineView]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    balance_used_minor: int
    carried_over_minor: int
    due_minor: int
    kept_minor: int
    credits_granted: int
    credits_revoked: int
    period_start: datetime
    period_end: datetime
    fingerprint: str
