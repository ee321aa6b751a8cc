"""Mails about a change of plan that was not paid for. Each looks again whether its news still holds."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.catalog.plans import terms_of
from billing.notices.about_invoices import explain, last_attempt, with_card
from billing.notices.describe_subscription import describe_subscription
from billing.notices.occasion import Occasion, require, with_invoice, write_to
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import PendingChange
from schemas.documents import NoticeFacts, PlanChangeFacts


def unpaid(session: Session, occasion: Occasion) -> NoticeFacts:
    """It waits still, and this is the last that was heard: a newer attempt has, or will have, its own news."""
    change = session.get_one(PendingChange, occasion.subject_id)
    require(change.ended_at is None, "the change was made or dropped")
    attempt = last_attempt(session, occasion, change.invoice_id)
    subscription = get_subscription(session, change.subscription_id)
    facts = with_card(session, describe_subscription(session, subscription), attempt)
    told = {"failure": explain(occasion, attempt), **with_invoice(session, occasion, change.invoice_id)}
    return _write(session, occasion, change, subscription.account_id, subscription=facts, **told)


def dropped(session: Session, occasion: Occasion) -> NoticeFacts:
    """It was not paid for in time, and is not what runs or is to come by now."""
    change = session.get_one(PendingChange, occasion.subject_id)
    subscription = get_subscription(session, change.subscription_id)
    is_news = change.price_id not in (subscription.price_id, subscription.next_price_id)
    require(is_news, "the plan was chosen again since")
    facts = describe_subscription(session, subscription)
    return _write(session, occasion, change, subscription.account_id, subscription=facts)


def _write(session: Session, occasion: Occasion, change: PendingChange, account_id: UUID, **facts: Any) -> NoticeFacts:
    wanted = terms_of(session, [change.price_id])[change.price_id]
    told = PlanChangeFacts(wanted.plan_name, wanted.interval.value, change.expires_at)
    return write_to(session, occasion, account_id, change=told, **facts)
