"""The company's figures. Amounts are in minor units of the currency beside them; rates in parts per million."""

from datetime import datetime

from schemas.views.base import View


class AccountFiguresView(View):
    """How many accounts there are now, by their status, and how many of them were opened in the time."""

    active: int
    suspended: int
    closed: int
    new: int


class RevenueView(View):
    """One currency's. `billed_minor` is what was invoiced in the time, without tax, less what credit notes took back.

    `received_minor` is money that came, with tax, and `returned_minor` what of any payment left again in that time by
    refunds and disputes, less what came back.
    """

    currency: str
    billed_minor: int
    received_minor: int
    returned_minor: int


class FailedPaymentsView(View):
    """How many payments of the time failed, in one currency, and what they were to bring."""

    currency: str
    count: int
    amount_minor: int


class CreditFiguresView(View):
    """Credits that were granted in the time, and that were used."""

    issued: int
    used: int


class MrrView(View):
    """How one currency's monthly recurring revenue moved from `opening_minor` to `closing_minor`.

    Each account that brings something else at the end than at the beginning moved it one way: it is new, grew, shrank,
    is lost or came back. Contraction and churn are negative.
    """

    currency: str
    opening_minor: int
    new_minor: int
    reactivation_minor: int
    expansion_minor: int
    contraction_minor: int
    churn_minor: int
    closing_minor: int


class MrrFiguresView(MrrView):
    """The same of the whole time. `accounts` brought something at its beginning, `churned_accounts` of them nothing at
    its end. `churn_rate_ppm` is their share, `mrr_churn_rate_ppm` what is lost of the opening; null of nothing.
    """

    accounts: int
    churned_accounts: int
    churn_rate_ppm: int | None
    mrr_churn_rate_ppm: int | None


class DashboardBucketView(View):
    """A day or a month of UTC of the time, from `starts_at` on. Currencies that have nothing to tell are left out."""

    starts_at: datetime
    new_accounts: int
    credits: CreditFiguresView
    revenue: list[RevenueView]
    failed_payments: list[FailedPaymentsView]
    mrr: list[MrrView]


class DashboardView(View):
    """The company's figures of `[since, until)`, as of `as_of`, with a series of `by` (`day` or `month`) for charts.

    `subscriptions` are counted as they are now, by their status.
    """

    since: datetime
    until: datetime
    by: str
    as_of: datetime
    accounts: AccountFiguresView
    subscriptions: dict[str, int]
    revenue: list[RevenueView]
    failed_payments: list[FailedPaymentsView]
    credits: CreditFiguresView
    mrr: list[MrrFiguresView]
    series: list[DashboardBucketView]
