"""Remind customers of what is to be paid past every gateway, and of bills by hand, before and after their day."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Text, cast, column, func, literal, select, true
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.clocks.duty import AllAtOnce
from billing.clocks.timelines import Timeline
from billing.dunning.dun_transfer import is_awaited
from billing.dunning.orders import ORDER_POLICY, is_open_order
from billing.dunning.tables import DunningPolicy
from billing.invoices.stage_receipt import SENT
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.notices.queries import was_told
from billing.subscriptions.tables import Subscription
from database.outbox import OutboxEntry, stage

TOPIC = "payment_reminder"
# A reminder that could not be sent for longer, because nothing ran, is not made up for: the next one is.
LATE_AT_MOST = timedelta(days=1)


def remind_of_transfers(session: Session, timeline: Timeline, limit: int) -> int:
    """Stage a mail for every day of its policy that has come for an invoice, once each; how many."""
    due = _due(session, timeline, limit)
    for invoice_id, day in due:
        stage(session, TOPIC, invoice_id, f"{TOPIC}/{invoice_id}/{day}")
    return len(due)


def _due(session: Session, timeline: Timeline, limit: int) -> list[Row[UUID, str]]:
    each = func.jsonb_array_elements_text(DunningPolicy.reminder_days)
    days = each.table_valued(column("day", Text)).render_derived()
    day = days.c.day
    remind_at = Invoice.due_at + func.make_interval(0, 0, 0, cast(day, Integer))
    cause = literal(f"{TOPIC}/") + cast(Invoice.id, Text) + literal("/") + day
    due = (
        select(Invoice.id, day)
        .join(Account, Account.id == Invoice.account_id)
        .outerjoin(Subscription, Subscription.id == Invoice.subscription_id)
        .join(DunningPolicy, DunningPolicy.slug == _policy())
        .join(days, true())
        .where(
            is_awaited() | is_open_order() | _is_open_bill(),
            Account.clock_id.is_not_distinct_from(timeline.clock_id),
            remind_at > Invoice.issued_at,
            remind_at <= timeline.now,
            remind_at > timeline.now - LATE_AT_MOST,
            ~was_told(cause),
        )
    )
    return list(session.execute(due.order_by(remind_at).limit(limit)).all())


def _is_open_bill() -> ColumnElement[bool]:
    """In a query of invoices: a person billed it, and it was mailed; nobody is reminded of what they were not sent."""
    was_mailed = select(OutboxEntry.id).where(OutboxEntry.topic == SENT, OutboxEntry.subject_id == Invoice.id).exists()
    return (Invoice.status == InvoiceStatus.PENDING) & (Invoice.reason == InvoiceReason.MANUAL) & was_mailed


def _policy() -> ColumnElement[str]:
    return func.coalesce(Subscription.dunning_policy, ORDER_POLICY)


TRANSFER_REMINDERS = AllAtOnce(
    "transfer_reminders",
    remind_of_transfers,
    # one tick stages so many, the next one the rest
    rows_max=2_000,
    next_at="""(SELECT min(awaited.due_at + make_interval(days => day::int)) FROM invoices AS awaited
                JOIN accounts ON accounts.id = awaited.account_id
                LEFT JOIN subscriptions ON subscriptions.id = awaited.subscription_id
                JOIN dunning_policies ON dunning_policies.slug = coalesce(dunning_policy, 'default')
                CROSS JOIN jsonb_array_elements_text(reminder_days) AS day
                WHERE accounts.clock_id = clock.id AND awaited.status = 'pending'
                AND (awaited.subscription_id IS NULL AND awaited.reason IN ('purchase', 'manual')
                     OR pay_by = 'transfer' AND collection = 'cashbeat'
                     AND subscriptions.status IN ('active', 'trialing', 'past_due'))
                AND awaited.due_at + make_interval(days => day::int) > clock.frozen_at)""",
)
