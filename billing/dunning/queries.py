"""Reads of dunning, and its locks. The order of locks is: the subscription, the invoice, its dunning."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, select
from sqlalchemy.orm import Session

from billing.dunning.tables import Dunning, DunningState
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.cancel_under_way import close_page
from billing.payments.queries import live_attempt
from billing.payments.tables import LIVE_ATTEMPTS, AttemptKind, PaymentAttempt
from billing.subscriptions.tables import Subscription
from database.among import is_among

# So long what is due waits for a page to be paid; then it is closed, so that nobody puts dunning off by opening others.
# On a test clock nobody is waited for: hours go by in a moment there.
PAGE_GRACE = timedelta(hours=1)
# built once: these two run for every capture
LOCKED_DUNNING = select(Dunning).where(Dunning.invoice_id == bindparam("invoice_id")).with_for_update()
LOCKED_OWNER = select(Subscription).where(Subscription.id == bindparam("subscription_id")).with_for_update()


def lock_dunning(session: Session, invoice_id: UUID) -> Dunning | None:
    """The dunning of an invoice, nobody else's until commit; None when it was never dunned."""
    return session.scalar(LOCKED_DUNNING, {"invoice_id": invoice_id})


def lock_dunnings(session: Session, invoice_ids: Collection[UUID]) -> dict[UUID, Dunning]:
    """The dunnings of invoices that have one, in the order of their ids; nobody else's until commit."""
    if not invoice_ids:
        return {}
    found = select(Dunning).where(is_among(Dunning.invoice_id, invoice_ids)).order_by(Dunning.invoice_id)
    return {dunning.invoice_id: dunning for dunning in session.scalars(found.with_for_update())}


def lock_owners(session: Session, subscription_ids: Collection[UUID | None]) -> dict[UUID | None, Subscription]:
    """Subscriptions in the order of their ids, nobody else's until commit; what was changed of them stays changed."""
    named = {subscription_id for subscription_id in subscription_ids if subscription_id}
    if not named:
        return {}
    found = select(Subscription).where(is_among(Subscription.id, named)).order_by(Subscription.id)
    return {subscription.id: subscription for subscription in session.scalars(found.with_for_update())}


def lock_due(
    session: Session, invoice_id: UUID, is_due: ColumnElement[bool], now: datetime
) -> tuple[Invoice, Dunning] | None:
    """An invoice and its open dunning, locked; None when another has either, it is not due, or is just being paid.

    Waits for nobody: whoever records an outcome holds the invoice and comes for the dunning next. The subscription is
    locked, too.
    """
    if not _is_owner_free(session, invoice_id):
        return None
    due = select(Invoice, Dunning).join(Dunning, Dunning.invoice_id == Invoice.id)
    due = due.where(Invoice.id == invoice_id, Dunning.state == DunningState.OPEN, is_due)
    found = session.execute(due.with_for_update(of=(Invoice, Dunning), skip_locked=True)).one_or_none()
    # asked under the lock: a charge that was begun a moment ago is seen only by a statement that starts now
    if found is None or not _has_way(session, found[1], now):
        return None
    return found[0], found[1]


def _has_way(session: Session, dunning: Dunning, now: datetime) -> bool:
    """Whether nothing else is under way. A customer who is on a page comes before the calendar, for a while."""
    due_at = dunning.next_attempt_at or dunning.ends_at
    if dunning.clock_id is None and now < due_at + PAGE_GRACE:
        return live_attempt(session, dunning.invoice_id) is None
    return close_page(session, dunning.invoice_id)


def _is_owner_free(session: Session, invoice_id: UUID) -> bool:
    """Whether nobody else has the subscription that is dunned; it is ours then. True as well where there is none."""
    owner_id = session.scalar(select(Dunning.subscription_id).where(Dunning.invoice_id == invoice_id))
    owner = select(Subscription.id).where(Subscription.id == owner_id).with_for_update(skip_locked=True)
    return owner_id is None or session.scalar(owner) is not None


def lock_owner(session: Session, subscription_id: UUID) -> Subscription:
    """The subscription of an invoice, nobody else's until commit; what the caller changed of it stays changed."""
    return session.scalars(LOCKED_OWNER, {"subscription_id": subscription_id}).one()


def charges_of(session: Session, invoice_id: UUID) -> Sequence[PaymentAttempt]:
    """Every charge of the invoice that was ever begun, oldest first."""
    charges = select(PaymentAttempt).where(
        PaymentAttempt.invoice_id == invoice_id, PaymentAttempt.kind == AttemptKind.CHARGE
    )
    return session.scalars(charges.order_by(PaymentAttempt.created_at, PaymentAttempt.id)).all()


def has_live_charge() -> ColumnElement[bool]:
    """In a query of dunnings: a charge of the invoice is under way."""
    live = select(PaymentAttempt.id).where(
        PaymentAttempt.invoice_id == Dunning.invoice_id,
        PaymentAttempt.kind == AttemptKind.CHARGE,
        PaymentAttempt.status.in_(LIVE_ATTEMPTS),
    )
    return live.exists()


def is_unpaid_of(subscription: Subscription) -> ColumnElement[bool]:
    """In a query of invoices: of this subscription and to be paid."""
    return and_(Invoice.subscription_id == subscription.id, Invoice.status == InvoiceStatus.PENDING)


def has_other_unpaid(session: Session, subscription: Subscription, invoice_id: UUID) -> bool:
    """Whether another invoice of the subscription was refused and is still to be paid."""
    others = select(Invoice.id).join(Dunning, Dunning.invoice_id == Invoice.id)
    others = others.where(is_unpaid_of(subscription), Invoice.id != invoice_id)
    return session.scalar(others.limit(1)) is not None


def good_hour(session: Session, account_id: UUID, otherwise: datetime) -> int:
    """The UTC hour (0 to 23) of the account's last successful payment, else that of the given instant."""
    paid = select(Invoice.paid_at).where(
        Invoice.account_id == account_id,
        Invoice.paid_at.is_not(None),
        Invoice.total_minor > Invoice.balance_used_minor + Invoice.carried_over_minor,
    )
    last = session.scalar(paid.order_by(Invoice.id.desc()).limit(1))
    return (last or otherwise).hour
