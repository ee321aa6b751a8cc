"""Credits."""

from datetime import datetime
from uuid import UUID

from schemas.views.base import View


class BalanceView(View):
    """An account's usable credits now, less its `debt`, and when the next of them expire; what is frozen counts apart.

    Below zero, credits are owed that were used and refunded, or by an agreed overdraft: the next ones pay for them.
    """

    account_id: UUID
    balance: int
    debt: int
    frozen: int
    next_expiry_at: datetime | None


class CreditTransactionView(View):
    """One movement of credits: positive when granted or returned, negative when they became fewer."""

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
    `nothing_to_pay`, `payment_disputed`, `credits_returned` (their money went back), or `ended`.
    """

    account_id: UUID
    package: str
    top_up_below: int
    monthly_max: int
    invoice_id: UUID | None
    stopped_at: datetime | None
    stop_code: str
