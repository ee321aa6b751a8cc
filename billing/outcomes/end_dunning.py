"""End what had its last try."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from billing.clocks.duty import OneByOne
from billing.clocks.timelines import Timeline
from billing.credits.hold import hold_credits
from billing.cycle.end.cancel import end_subscription
from billing.dunning.queries import has_live_charge, lock_due, lock_owner
from billing.dunning.rules import terms_of
from billing.dunning.states import move as close
from billing.dunning.stop import close_dunning, stop_if_ended
from billing.dunning.tables import Dunning, DunningEnd, DunningState
from billing.manual_payments.hold import held_until, is_held
from billing.subscriptions.states import move
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from database.outbox import stage


def due_ends(session: Session, timeline: Timeline, limit: int) -> list[UUID]:
    """Invoices whose dunning is over on this timeline: the last day has come and nothing is planned or under way."""
    due = select(Dunning.invoice_id).where(
        Dunning.state == DunningState.OPEN,
        _is_over(timeline.now),
        Dunning.clock_id.is_not_distinct_from(timeline.clock_id),
        ~has_live_charge(),
    )
    return list(session.scalars(due.order_by(Dunning.ends_at).limit(limit)))


def end_due(session: Session, invoice_id: UUID, now: datetime) -> bool:
    """End the tries of one invoice and do to its subscription what the policy says; false when it is not due any more.

    The invoice is given up, unless the policy marks it unpaid: then it stays open for the customer to pay, as at Stripe
    (https://docs.stripe.com/billing/subscriptions/overview#unpaid).
    """
    due = lock_due(session, invoice_id, _is_over(now), now)
    # asked again under the lock: it may just have been claimed
    still_over = select(Dunning.invoice_id).where(Dunning.invoice_id == invoice_id, _is_over(now))
    if due is None or session.scalar(still_over) is None:
        return False
    invoice, dunning = due
    if stop_if_ended(session, invoice, dunning, now):
        return True
    at_the_end = terms_of(dunning.policy).at_the_end
    if at_the_end is DunningEnd.MARK_UNPAID:
        close(dunning, DunningState.EXHAUSTED, now)
    else:
        close_dunning(invoice, dunning, DunningState.EXHAUSTED, now)
    if dunning.subscription_id is not None:
        ENDS[at_the_end](session, lock_owner(session, dunning.subscription_id), invoice_id, now)
    return True


def _is_over(now: datetime) -> ColumnElement[bool]:
    """Nothing is planned any more, and nobody has claimed in time that they paid, or for too long."""
    held = is_held(Dunning.invoice_id, Dunning.ends_at, now)
    return and_(Dunning.ends_at <= now, Dunning.next_attempt_at.is_(None), ~held)


def _cancel(session: Session, subscription: Subscription, invoice_id: UUID, now: datetime) -> None:
    subscription.canceled_at = subscription.canceled_at or now
    end_subscription(session, subscription, now)
    stage(session, "subscription_canceled", subscription.id, f"subscription_canceled/{subscription.id}/{invoice_id}")


def _pause(session: Session, subscription: Subscription, invoice_id: UUID, now: datetime) -> None:
    if subscription.status is not SubscriptionStatus.PAST_DUE:
        return
    move(subscription, SubscriptionStatus.PAUSED, now)
    hold_credits(session, subscription.account_id, subscription.id, now)
    stage(session, "subscription_paused", subscription.id, f"subscription_paused/{subscription.id}/{invoice_id}")


def _stay_past_due(session: Session, subscription: Subscription, invoice_id: UUID, now: datetime) -> None:
    """It is not billed again until the customer names a card that pays, see `retry_at_once`, or somebody ends it."""


ENDS = {DunningEnd.CANCEL: _cancel, DunningEnd.PAUSE: _pause, DunningEnd.MARK_UNPAID: _stay_past_due}


DUNNING_ENDS = OneByOne(
    "dunning_ends",
    due_ends,
    end_due,
    # as many as retries
    rows_max=1_000,
    next_at=f"""(SELECT min({held_until("dunnings.invoice_id", "dunnings.ends_at")}) FROM dunnings
                WHERE clock_id = clock.id AND state = 'open' AND next_attempt_at IS NULL)""",  # noqa: S608 - a question of ours
)
