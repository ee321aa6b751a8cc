"""What an account has in use, and at most."""

from datetime import datetime
from uuid import UUID

from schemas.views.base import View


class CountView(View):
    """What the product has counted, null before it has. `most`: null where there is no limit, 0 without a plan."""

    used: int | None
    most: int | None
    is_over: bool
    counted_at: datetime | None


class UsedCreditsView(View):
    """Credits that were used `since` the present period began, those that are left, and both together."""

    used: int
    most: int
    left: int
    since: datetime


class LimitsView(View):
    """Sites, users and credits of an account."""

    account_id: UUID
    sites: CountView
    users: CountView
    credits: UsedCreditsView
