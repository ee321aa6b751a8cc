"""The money of an order did not come in time: the order is canceled, and its invoice void."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.clocks.duty import OneByOne
from billing.clocks.timelines import Timeline
from billing.credit_notes.void_invoice import void_issued
from billing.dunning.orders import ORDER_POLICY, is_open_order, order_ends_at
from billing.dunning.tables import DunningEnd, DunningPolicy
from billing.invoices.tables import Invoice
from billing.manual_payments.hold import held_until, is_held
from billing.payments.cancel_under_way import cancel_under_way
from database.outbox import stage


def due_orders(session: Session, timeline: Timeline, limit: int) -> list[UUID]:
    """Orders whose time is over on this timeline, the longest due first."""
    of_timeline = Account.clock_id.is_not_distinct_from(timeline.clock_id)
    due = select(Invoice.id).join(Account, Account.id == Invoice.account_id)
    over = due.join(DunningPolicy, DunningPolicy.slug == ORDER_POLICY).where(of_timeline, _is_over(timeline.now))
    return list(session.scalars(over.order_by(Invoice.due_at).limit(limit)))


def end_order(session: Session, invoice_id: UUID, now: datetime) -> bool:
    """Void it and tell the customer; what came of its money is kept for the account. False when it is not due any more.

    A claim may hold it for a while. A page that is open is closed first, and the order ends when that is known. Waits
    for nobody: whoever records money holds the invoice. `now` is the account's time.
    """
    due = select(Invoice).join(DunningPolicy, DunningPolicy.slug == ORDER_POLICY)
    due = due.where(Invoice.id == invoice_id, _is_over(now)).execution_options(populate_existing=True)
    invoice = session.scalar(due.with_for_update(of=Invoice, skip_locked=True))
    # asked again under the lock: it may just have been claimed
    if invoice is None or session.scalar(due) is None or not cancel_under_way(session, invoice.id):
        return False
    void_issued(session, invoice, now)
    stage(session, "order_canceled", invoice.id, f"order_canceled/{invoice.id}")
    return True


def _is_over(now: datetime) -> ColumnElement[bool]:
    ends = DunningPolicy.at_the_end != DunningEnd.MARK_UNPAID
    return is_open_order() & ends & (order_ends_at() <= now) & ~is_held(Invoice.id, order_ends_at(), now)


ORDER_ENDS = OneByOne(
    "order_ends",
    due_orders,
    end_order,
    # as many as retries
    rows_max=1_000,
    next_at=f"""(SELECT min({held_until("ordered.id", "(ordered.due_at + make_interval(days => transfer_days::int))")})
                FROM invoices AS ordered
                JOIN accounts ON accounts.id = ordered.account_id
                JOIN dunning_policies ON dunning_policies.slug = 'default' AND at_the_end <> 'mark_unpaid'
                WHERE accounts.clock_id = clock.id AND ordered.status = 'pending' AND ordered.reason = 'purchase'
                AND ordered.subscription_id IS NULL)""",  # noqa: S608 - a question of ours
)
