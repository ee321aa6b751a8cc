"""The price list from the command line: publish plans, migrate subscriptions, issue coupons."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.catalog.plans import list_plans
from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.cycle.renewal.migrate import migrate_subscriptions
from billing.errors import Rejected
from billing.money import Money, format_major
from schemas.amounts import DiscountPeriods, IncludedCredits, LimitOfPlan, Redemptions, TrialDays
from schemas.names import CouponCode, Name, Slug
from settings import Settings
from stack.arguments import checked, instant
from stack.errors import StackError
from stack.percent import parse_percent
from stack.prices import parse_money
from stack.sessions import reading, session


def describe_plans(settings: Settings) -> list[str]:
    """One line per plan on offer."""
    with reading(settings) as opened:
        return [
            f"{plan.slug:<16} version {plan.version}  {plan.credits_per_month:>6} credits a month  "
            + ", ".join(
                f"{format_major(Money(price.price_minor, price.currency))} per {price.interval}"
                for price in plan.prices
            )
            for plan in list_plans(opened)
        ]


def publish(
    settings: Settings, slug: str, name: str, content: PlanContent, monthly: Sequence[str], yearly: Sequence[str]
) -> int:
    """Publish the next version of a plan at prices like `USD=99.00` and return its number. Raises StackError."""
    prices = {
        (money.currency, interval): money.minor
        for interval, written in ((Interval.MONTH, monthly), (Interval.YEAR, yearly))
        for money in map(parse_money, written)
    }
    if not prices:
        raise StackError("a plan needs a price: --month USD=99.00")
    priced = replace(_checked_content(content), prices=prices)
    slug, name = checked(Slug, slug, "the plan"), checked(Name, name, "--name")
    with _refusals_told(), session(settings) as opened:
        return publish_plan(opened, slug, name, priced)


def _checked_content(content: PlanContent) -> PlanContent:
    return PlanContent(
        checked(IncludedCredits, content.credits, "--credits"),
        content.prices,
        content.credits_roll_over,
        checked(LimitOfPlan | None, content.sites_max, "--sites"),
        checked(LimitOfPlan | None, content.users_max, "--users"),
        checked(TrialDays, content.trial_days, "--trial-days"),
    )


def migrate(settings: Settings, slug: str, *, dry_run: bool) -> int:
    """Let running subscriptions go to the newest version with their next period; how many. Raises StackError."""
    with _refusals_told(), reading(settings) if dry_run else session(settings) as opened:
        return migrate_subscriptions(opened, slug, dry_run=dry_run)


def issue(
    settings: Settings,
    code: str,
    percent: str | None,
    amount: str | None,
    periods: int,
    redemptions_max: int | None,
    expires: str | None,
) -> None:
    """Issue a coupon of a percentage like `12.5` or of an amount like `USD=10.00`. Raises StackError."""
    checked(CouponCode, code, "the coupon")
    terms = CouponTerms(
        percent_ppm=parse_percent(percent) if percent else 0,
        amount=parse_money(amount) if amount else None,
        periods=checked(DiscountPeriods, periods, "--periods"),
        redemptions_max=checked(Redemptions | None, redemptions_max, "--redemptions"),
        expires_at=instant(expires, "--expires"),
    )
    with _refusals_told(), session(settings) as opened:
        issue_coupon(opened, code, terms)


@contextmanager
def _refusals_told() -> Iterator[None]:
    try:
        yield
    except Rejected as refusal:
        raise StackError(refusal.detail) from refusal
