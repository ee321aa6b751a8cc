"""Reads of limits."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.catalog.plans import terms_of
from billing.catalog.terms import PlanTerms
from billing.credits.queries import view_balance
from billing.credits.tables import CreditMovement, CreditTransaction
from billing.limits.tables import ReportedCount
from billing.subscriptions.rules import ENDED
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from billing.team.queries import count_seats, is_kept
from schemas.views.limits import CountView, LimitsView, UsedCreditsView


def show_limits(session: Session, account_id: UUID, now: datetime) -> LimitsView:
    """What the account has in use and at most; `now` is its own time. Raises Rejected `account_not_found`.

    With several subscriptions the most generous plan counts.
    """
    get_account(session, account_id)
    reported = session.get(ReportedCount, account_id)
    plans = _plans(session, account_id)
    counts = {
        name: _count(
            getattr(reported, name, None),
            getattr(reported, f"{name}_at", None),
            [getattr(plan, f"{name}_max") for plan in plans],
        )
        for name in ("sites", "users")
    }
    users = _with_seats(session, account_id, counts["users"], now)
    credits = _credits(session, account_id, now)
    return LimitsView(account_id=account_id, sites=counts["sites"], users=users, credits=credits)


def users_max_of(session: Session, account_id: UUID) -> int | None:
    """How many users the account's plan allows; None: no limit, 0 without a plan."""
    return _most([plan.users_max for plan in _plans(session, account_id)])


def _plans(session: Session, account_id: UUID) -> list[PlanTerms]:
    running = select(Subscription.price_id).where(
        Subscription.account_id == account_id,
        Subscription.status.not_in({*ENDED, SubscriptionStatus.INCOMPLETE}),
    )
    return list(terms_of(session, session.scalars(running).all()).values())


def _count(used: int | None, counted_at: datetime | None, most_of_plans: list[int | None]) -> CountView:
    most = _most(most_of_plans)
    is_over = most is not None and used is not None and used > most
    return CountView(used=used, most=most, is_over=is_over, counted_at=counted_at)


def _most(most_of_plans: list[int | None]) -> int | None:
    """Without a plan nothing is included; a plan whose limit is null has none."""
    limits = [most for most in most_of_plans if most is not None]
    return None if len(limits) < len(most_of_plans) else max(limits, default=0)


def _with_seats(session: Session, account_id: UUID, counted: CountView, now: datetime) -> CountView:
    """Of a team that is kept here the seats are users, whatever the product has counted; the larger number counts."""
    seats = count_seats(session, account_id, now) if is_kept(session, account_id) else 0
    if seats <= (counted.used or 0):
        return counted
    is_over = counted.most is not None and seats > counted.most
    return CountView(used=seats, most=counted.most, is_over=is_over, counted_at=now)


def _credits(session: Session, account_id: UUID, now: datetime) -> UsedCreditsView:
    """In the present period of the newest subscription, else in the calendar month, UTC."""
    begin = select(Subscription.period_start).where(
        Subscription.account_id == account_id, Subscription.status.not_in(ENDED), Subscription.period_start <= now
    )
    since = session.scalar(begin.order_by(Subscription.created_at.desc()).limit(1))
    since = since or now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    taken = select(func.sum(-CreditTransaction.amount)).where(
        CreditTransaction.account_id == account_id,
        CreditTransaction.movement == CreditMovement.CONSUME,
        CreditTransaction.created_at >= since,
    )
    used, left = int(session.scalar(taken) or 0), view_balance(session, account_id, now).balance
    return UsedCreditsView(used=used, most=used + max(left, 0), left=left, since=since)
