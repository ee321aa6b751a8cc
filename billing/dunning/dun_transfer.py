"""A transfer did not come by its day: the subscription is past due, and ends as its policy says."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from billing.clocks.duty import OneByOne
from billing.clocks.timelines import Timeline
from billing.dunning.declines import TRANSFER_OVERDUE
from billing.dunning.open import open_dunning
from billing.dunning.refuse import PAYING
from billing.dunning.tables import Dunning, DunningPolicy
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.subscriptions.states import move
from billing.subscriptions.tables import Collection, PayBy, Subscription, SubscriptionStatus


def due_transfers(session: Session, timeline: Timeline, limit: int) -> list[UUID]:
    """Invoices that were to be paid by transfer by now on this timeline, the longest due first."""
    of_timeline = Subscription.clock_id.is_not_distinct_from(timeline.clock_id)
    due = select(Invoice.id).join(Subscription, Subscription.id == Invoice.subscription_id)
    overdue = due.where(is_overdue(timeline.now), of_timeline)
    return list(session.scalars(overdue.order_by(Invoice.due_at).limit(limit)))


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """In a query of invoices and their subscriptions: a transfer was due, did not come, and is not dunned yet."""
    return is_awaited() & (Invoice.due_at <= now) & ~_is_dunned().exists()


def is_awaited() -> ColumnElement[bool]:
    """In the same: it is to be paid by transfer, for a subscription that runs."""
    runs = Subscription.status.in_([*PAYING, SubscriptionStatus.PAST_DUE])
    is_ours = (Subscription.collection == Collection.CASHBEAT) & (Subscription.pay_by == PayBy.TRANSFER)
    return (Invoice.status == InvoiceStatus.PENDING) & is_ours & runs


def dun_transfer(session: Session, invoice_id: UUID, now: datetime) -> bool:
    """Open its dunning, which ends so many days after the due day; false when somebody else has it, or it was paid.

    No try is planned: only the money, or another way to pay, can help. `now` is the account's time.
    """
    found = _lock(session, invoice_id, now)
    if found is None:
        return False
    invoice, subscription = found
    dunning = open_dunning(session, invoice, subscription, now)
    dunning.last_code = TRANSFER_OVERDUE
    policy = session.get_one(DunningPolicy, subscription.dunning_policy)
    dunning.ends_at = (invoice.due_at or now) + timedelta(days=policy.transfer_days)
    if subscription.status in PAYING:
        move(subscription, SubscriptionStatus.PAST_DUE, now)
    subscription.limits_suspended = policy.suspends_limits
    session.flush()
    return True


def _lock(session: Session, invoice_id: UUID, now: datetime) -> tuple[Invoice, Subscription] | None:
    """First the subscription, then the invoice, as by all; waits for nobody."""
    of_invoice = select(Invoice.subscription_id).where(Invoice.id == invoice_id).scalar_subquery()
    owner = select(Subscription).where(Subscription.id == of_invoice).with_for_update(skip_locked=True)
    subscription = session.scalar(owner.execution_options(populate_existing=True))
    if subscription is None:
        return None
    due = select(Invoice).join(Subscription, Subscription.id == Invoice.subscription_id)
    locked = due.where(Invoice.id == invoice_id, is_overdue(now)).with_for_update(of=Invoice, skip_locked=True)
    invoice = session.scalar(locked.execution_options(populate_existing=True))
    return None if invoice is None else (invoice, subscription)


def _is_dunned() -> Select[UUID]:
    return select(Dunning.invoice_id).where(Dunning.invoice_id == Invoice.id)


TRANSFERS_DUE = OneByOne(
    "transfers_due",
    due_transfers,
    dun_transfer,
    # as many as retries
    rows_max=1_000,
    next_at="""(SELECT min(awaited.due_at) FROM invoices AS awaited
                JOIN subscriptions ON subscriptions.id = awaited.subscription_id
                WHERE clock_id = clock.id AND pay_by = 'transfer' AND collection = 'cashbeat'
                AND subscriptions.status IN ('active', 'trialing', 'past_due') AND awaited.status = 'pending'
                AND NOT EXISTS (SELECT FROM dunnings WHERE invoice_id = awaited.id))""",
)
