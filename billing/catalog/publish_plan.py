"""Publish a version of a plan."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.catalog.check_amount import check_amount
from billing.catalog.tables import Interval, Plan, PlanPrice, PlanVersion
from billing.money import Money
from database.ids import uuid7
from database.rows import insert_rows


@dataclass(frozen=True, slots=True)
class PlanContent:
    """What a version of a plan contains. `prices` are minor units by (currency, interval)."""

    credits: int
    prices: Mapping[tuple[str, Interval], int]
    credits_roll_over: bool = False
    sites_max: int | None = None
    users_max: int | None = None
    trial_days: int = 0


def publish_plan(session: Session, slug: str, name: str, content: PlanContent, *, sort_order: int = 0) -> int:
    """Write the next version of a plan, and the plan itself if it is new; returns the version's number.

    New subscriptions get it from now on. Running ones keep theirs until they are migrated on purpose. Raises what
    `check_amount` raises for a price that could not be charged.
    """
    for (currency, _), minor in content.prices.items():
        check_amount(session, Money(minor, currency))
    plan = {"id": uuid7(), "slug": slug, "name": name, "sort_order": sort_order}
    session.execute(insert(Plan).values(plan).on_conflict_do_nothing(index_elements=["slug"]))
    # the lock keeps two publishers from taking the same number
    plan_id = session.scalars(select(Plan.id).where(Plan.slug == slug).with_for_update()).one()
    latest = session.scalar(select(func.max(PlanVersion.version)).where(PlanVersion.plan_id == plan_id))
    version_id, number = uuid7(), (latest or 0) + 1
    version = {
        "id": version_id, "plan_id": plan_id, "version": number,
        "credits": content.credits, "credits_roll_over": content.credits_roll_over,
        "sites_max": content.sites_max, "users_max": content.users_max, "trial_days": content.trial_days,
    }  # fmt: skip
    insert_rows(session, PlanVersion, version)
    prices = [
        {"id": uuid7(), "version_id": version_id, "currency": currency, "interval": interval, "price_minor": minor}
        for (currency, interval), minor in content.prices.items()
    ]
    insert_rows(session, PlanPrice, *prices)
    return number
