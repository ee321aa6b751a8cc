"""What is on offer, and how it is taxed."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.catalog.plans import show_plan
from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.queries import find_coupon_by_code, get_plan, get_plan_by_slug, view_coupon
from billing.catalog.switch_coupon import switch_coupon
from billing.catalog.switch_plan import switch_plan
from billing.catalog.tables import Interval
from billing.commands.verb import Result, Verb
from billing.cycle.renewal.migrate import migrate_subscriptions
from billing.gateway_run.set_tax import set_tax
from billing.money import Money
from billing.tax.queries import show_rate
from billing.tax.set_rate import NewRate
from database.audit.changes import tell_change
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.price_list import (
    ArchiveCoupon,
    ArchivePlan,
    IssueCoupon,
    MigratePlan,
    OfCoupon,
    OfPlan,
    PublishPlan,
    RestoreCoupon,
    RestorePlan,
    SetTaxRate,
)


def _publish(session: Session, operation: Operation, command: PublishPlan, now: datetime) -> Result:
    prices = {(price.currency, Interval(price.interval)): price.price_minor for price in command.prices}
    content = PlanContent(
        command.credits_per_month, prices, command.credits_roll_over, command.sites_max, command.users_max,
        command.trial_days,
    )  # fmt: skip
    version = publish_plan(session, command.plan, command.name, content)
    plan = get_plan_by_slug(session, command.plan)
    tell_change(session, f"plans/{plan.id}", {}, {"version": version})
    return show_plan(session, plan.id).model_dump(mode="json")


def _switch_plan(session: Session, operation: Operation, command: OfPlan, now: datetime) -> Result:
    plan = switch_plan(session, command.plan_id, is_offered=isinstance(command, RestorePlan))
    return show_plan(session, plan.id).model_dump(mode="json")


def _migrate(session: Session, operation: Operation, command: MigratePlan, now: datetime) -> Result:
    plan = get_plan(session, command.plan_id)
    count = migrate_subscriptions(session, plan.slug, dry_run=command.dry_run)
    return {"plan_id": str(plan.id), "subscriptions": count, "dry_run": command.dry_run}


def _issue(session: Session, operation: Operation, command: IssueCoupon, now: datetime) -> Result:
    amount = Money(command.amount_minor, command.currency) if command.amount_minor and command.currency else None
    terms = CouponTerms(
        command.percent_ppm or 0, amount, command.periods, command.redemptions_max, command.expires_at
    )  # fmt: skip
    issue_coupon(session, command.code, terms)
    return view_coupon(find_coupon_by_code(session, command.code)).model_dump(mode="json")


def _switch_coupon(session: Session, operation: Operation, command: OfCoupon, now: datetime) -> Result:
    coupon = switch_coupon(session, command.coupon_id, is_offered=isinstance(command, RestoreCoupon))
    return view_coupon(coupon).model_dump(mode="json")


def _set_tax(session: Session, operation: Operation, command: SetTaxRate, now: datetime) -> Result:
    set_tax(session, NewRate(command.country, command.name, command.rate_ppm, command.valid_from))
    return show_rate(session, command.country, command.valid_from).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    PublishPlan: _publish,
    ArchivePlan: _switch_plan,
    RestorePlan: _switch_plan,
    MigratePlan: _migrate,
    IssueCoupon: _issue,
    ArchiveCoupon: _switch_coupon,
    RestoreCoupon: _switch_coupon,
    SetTaxRate: _set_tax,
}
