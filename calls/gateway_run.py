"""What conversations about a subscription that its gateway runs have in common."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.timelines import now_of
from billing.errors import Rejected
from billing.gateway_run.sync import sync_subscription
from billing.subscriptions.queries import get_subscription, show_subscription
from database.clock import database_time
from gateways.gateway import Gateway
from schemas.commands.subscriptions import OfSubscription
from schemas.facts.subscriptions import SubscriptionFact
from workers.claims import Act
from workers.wiring import Work


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to ask about a subscription, and what the database's clock showed before."""

    gateway: Gateway
    account_id: UUID
    subscription_ref: str
    asked_at: datetime


def whom_to_ask(work: Work, command: OfSubscription) -> Asked:
    """The gateway that runs it, as the row says; raises Rejected `subscription_state` while none does."""
    with work.database.transaction() as session:
        subscription = get_subscription(session, command.subscription_id)
        asked_at = database_time(session)
    if not subscription.subscription_ref:
        raise Rejected("subscription_state", "No gateway runs this subscription (yet).", status=409)
    return Asked(work.gateway(subscription.gateway), subscription.account_id, subscription.subscription_ref, asked_at)


def drop_pending(asked: Asked, key: str) -> None:
    """Call: a change of plan that waits there is dropped, by voiding its invoice. Raises Rejected once it is paid."""
    present = asked.gateway.subscriptions.fetch_subscription(subscription_ref=asked.subscription_ref)
    if present is not None and present.pending is not None:
        asked.gateway.subscriptions.void_invoice(present.latest_invoice_ref, idempotency_key=f"{key}/void")


def written(work: Work, command: OfSubscription, fact: SubscriptionFact, asked: Asked) -> Act:
    """Record what the gateway answered, and show the subscription."""

    def act(session: Session) -> dict[str, Any]:
        subscription = get_subscription(session, command.subscription_id)
        now = now_of(session, subscription.account_id, work.wall())
        sync_subscription(session, fact, asked.asked_at, now)
        return show_subscription(session, command.subscription_id).model_dump(mode="json")

    return act
