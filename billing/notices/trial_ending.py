"""Tell customers that their trial ends soon."""

from datetime import timedelta

from sqlalchemy import Text, cast, literal, select
from sqlalchemy.orm import Session

from billing.clocks.duty import AllAtOnce
from billing.clocks.timelines import Timeline
from billing.notices.queries import was_told
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from database.outbox import stage

TOPIC = "trial_ending"
# Card schemes want a reminder before a trial turns into charges; Stripe's `customer.subscription.trial_will_end` comes
# as many days before (https://docs.stripe.com/billing/subscriptions/trials).
DAYS_BEFORE = timedelta(days=3)


def notice_trial_ending(session: Session, timeline: Timeline, limit: int) -> int:
    """Stage a mail for every trial that ends within three days, once per trial, the next to end first; how many.

    A trial that was canceled ends without a charge and without this mail.
    """
    ending = select(Subscription.id).where(
        Subscription.status == SubscriptionStatus.TRIALING,
        ~Subscription.cancel_at_period_end,
        Subscription.clock_id.is_not_distinct_from(timeline.clock_id),
        Subscription.trial_end > timeline.now,
        Subscription.trial_end <= timeline.now + DAYS_BEFORE,
        ~was_told(literal(f"{TOPIC}/") + cast(Subscription.id, Text)),
    )
    ids = session.scalars(ending.order_by(Subscription.trial_end).limit(limit)).all()
    for subscription_id in ids:
        stage(session, TOPIC, subscription_id, f"{TOPIC}/{subscription_id}")
    return len(ids)


TRIAL_NOTICES = AllAtOnce(
    "trial_notices",
    notice_trial_ending,
    # one tick stages so many, the next one the rest
    rows_max=2_000,
    next_at=f"""(SELECT min(trial_end - interval '{DAYS_BEFORE.days} days') FROM subscriptions
                 WHERE clock_id = clock.id AND status = 'trialing'
                 AND trial_end - interval '{DAYS_BEFORE.days} days' > clock.frozen_at)""",  # noqa: S608 - a number of ours
)
