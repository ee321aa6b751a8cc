"""Offer a plan, or do not any more."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.catalog.queries import get_plan
from billing.catalog.tables import Plan


def switch_plan(session: Session, plan_id: UUID, *, is_offered: bool) -> Plan:
    """Sell it from now on, or to nobody new. Running subscriptions go on; raises Rejected `plan_not_found`."""
    plan = get_plan(session, plan_id, is_locked=True)
    plan.active = is_offered
    session.flush()
    return plan
