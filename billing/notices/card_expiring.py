"""Tell customers that the card they pay with expires soon."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Text, cast, literal, select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.cards.tables import Card
from billing.clocks.duty import AllAtOnce
from billing.clocks.timelines import Timeline
from billing.notices.queries import is_live, was_told
from billing.periods import boundary
from billing.subscriptions.tables import PayBy, Subscription
from database.outbox import stage

TOPIC = "card_expiring"
# Less than the shortest month, so that only cards of the present month can be meant.
DAYS_BEFORE = timedelta(days=20)


def month_expiring(now: datetime) -> tuple[int, int] | None:
    """(year, month) of the cards that are good for no more than 20 days: through the last day of this month, UTC."""
    this_month = datetime(now.year, now.month, 1, tzinfo=UTC)
    is_soon = boundary(this_month, 1, 1) - now <= DAYS_BEFORE
    return (now.year, now.month) if is_soon else None


def expires_soon(card: Card, now: datetime) -> bool:
    """Whether its owner should know. A wallet does not expire."""
    return card.exp_year is not None and (card.exp_year, card.exp_month) == month_expiring(now)


def notice_card_expiring(session: Session, timeline: Timeline, limit: int) -> int:
    """Stage a mail for every card that expires soon and pays for a subscription, once per card and expiry; how many."""
    expiring = month_expiring(timeline.now)
    if expiring is None:
        return 0
    of_month = f"{expiring[0]}-{expiring[1]:02}"
    pays = select(Subscription.id).where(
        Subscription.account_id == Card.account_id, Subscription.pay_by == PayBy.CARD, is_live()
    )
    cards = (
        select(Card.id)
        .join(Account, Account.id == Card.account_id)
        .where(
            Card.is_default,
            Card.exp_year == expiring[0],
            Card.exp_month == expiring[1],
            Account.clock_id.is_not_distinct_from(timeline.clock_id),
            pays.exists(),
            ~was_told(literal(f"{TOPIC}/") + cast(Card.id, Text) + f"/{of_month}"),
        )
    )
    ids = session.scalars(cards.order_by(Card.id).limit(limit)).all()
    for card_id in ids:
        stage(session, TOPIC, card_id, f"{TOPIC}/{card_id}/{of_month}")
    return len(ids)


CARD_NOTICES = AllAtOnce(
    "card_notices",
    notice_card_expiring,
    # one tick stages so many, the next one the rest
    rows_max=2_000,
    next_at=f"""(SELECT min(noticed_at) FROM cards JOIN accounts ON accounts.id = account_id
                 CROSS JOIN LATERAL (
                     SELECT make_timestamptz(exp_year::int, exp_month::int, 1, 0, 0, 0, 'UTC')
                            + interval '1 month' - interval '{DAYS_BEFORE.days} days' AS noticed_at
                 ) AS notice
                 WHERE clock_id = clock.id AND is_default AND noticed_at > clock.frozen_at)""",  # noqa: S608 - as above
)
