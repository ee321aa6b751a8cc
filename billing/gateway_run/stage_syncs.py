"""Ask the gateway, at an instant of a test clock, about the subscriptions that it runs on it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.subscriptions.rules import ENDED
from billing.subscriptions.tables import Collection, Subscription, SubscriptionStatus
from database.operations import stage_command
from schemas.commands import SyncWithGateway

# the start of one that is incomplete is the customer's to finish; its event tells us
ASKED_ABOUT = frozenset(SubscriptionStatus) - ENDED - {SubscriptionStatus.INCOMPLETE}


def stage_syncs(session: Session, clock_id: UUID, at: datetime) -> Sequence[UUID]:
    """Stage a command for each, once per instant, and return the operations' ids: the clock waits for their end.

    Webhooks would tell the same, but nobody can say when the last of them has come.
    """
    found = select(Subscription.id).where(
        Subscription.clock_id == clock_id,
        Subscription.collection == Collection.GATEWAY,
        Subscription.status.in_(ASKED_ABOUT),
    )
    return [_stage(session, clock_id, subscription_id, at) for subscription_id in session.scalars(found)]


def _stage(session: Session, clock_id: UUID, subscription_id: UUID, at: datetime) -> UUID:
    body = SyncWithGateway(subscription_id=subscription_id).model_dump(mode="json")
    key = f"{subscription_id}/{at.isoformat()}"
    return stage_command(session, SyncWithGateway.kind, body, f"test_clock/{clock_id}", key)
