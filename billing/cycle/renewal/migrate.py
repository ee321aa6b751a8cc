"""Migrate running subscriptions to the newest version of their plan, on purpose."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from billing.catalog.plans import newest_versions
from billing.catalog.tables import Plan, PlanPrice, PlanVersion
from billing.errors import Rejected
from billing.subscriptions.rules import ENDED
from billing.subscriptions.tables import Collection, Subscription


def migrate_subscriptions(session: Session, slug: str, *, dry_run: bool = False) -> int:
    """Let every running subscription of a plan go to its newest version with the next period; how many there are.

    The price of the same interval and currency is taken. What has none there, what a gateway runs and what is to change
    its plan already stays as it is. A `dry_run` only counts. Raises Rejected `plan_not_found`.
    """
    version_id = session.scalar(newest_versions().where(Plan.slug == slug))
    if version_id is None:
        raise Rejected("plan_not_found", f"There is no plan {slug!r}.", status=404)
    present, newest = aliased(PlanPrice), aliased(PlanPrice)
    older = (
        select(Subscription.id, present.id.label("present_id"), newest.id.label("newest_id"))
        .join(present, present.id == Subscription.price_id)
        .join(PlanVersion, PlanVersion.id == present.version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .join(newest, (newest.interval == present.interval) & (newest.currency == present.currency))
        .where(
            Plan.slug == slug,
            present.version_id != version_id,
            newest.version_id == version_id,
            Subscription.status.not_in(ENDED),
            Subscription.collection == Collection.CASHBEAT,
            Subscription.next_price_id.is_(None),
        )
        .subquery()
    )
    if dry_run:
        return int(session.scalars(select(func.count()).select_from(older)).one())
    # asked of the row itself once more: it may have waited for a change of plan, which then stays
    still_older = (
        (Subscription.id == older.c.id)
        & (Subscription.price_id == older.c.present_id)
        & Subscription.next_price_id.is_(None)
        & Subscription.status.not_in(ENDED)
    )
    planned = update(Subscription).where(still_older).values(next_price_id=older.c.newest_id)
    moved = session.scalars(planned.returning(Subscription.id), execution_options={"synchronize_session": False})
    return len(moved.all())
