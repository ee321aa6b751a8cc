"""Write renewals: invoices, lines, ledger, periods, attempts and follow-ups, each table at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.balance.kept_money import used_movement
from billing.cards.queries import ChargeableCard
from billing.cycle.bill import TRANSFER_TERM
from billing.cycle.renewal.due import Surroundings
from billing.cycle.renewal.next_period import Renewal
from billing.invoices.issue import owed_movement
from billing.invoices.rules import LineDraft
from billing.invoices.tables import Invoice, InvoiceLine, InvoiceReason, InvoiceStatus
from billing.ledger.post import Movement, post_many
from billing.payments.intend_charge import charge_cause, charge_row
from billing.payments.tables import PaymentAttempt
from billing.subscriptions.tables import Subscription, SubscriptionPeriod
from database.copy import copy_rows
from database.ids import uuid7
from database.outbox import FollowUp, stage_many

MOVE_ON = text("""
    UPDATE subscriptions AS s SET
        status = 'active', price_id = new.price_id, next_price_id = NULL, interval = new.interval,
        anchor = new.anchor, period_start = new.period_start, period_end = new.period_end, due_at = new.period_end,
        discount_periods = new.discount_periods, is_period_discounted = new.is_period_discounted
    FROM unnest(
        CAST(:id AS uuid[]), CAST(:price_id AS uuid[]), CAST(:interval AS text[]), CAST(:anchor AS timestamptz[]),
        CAST(:period_start AS timestamptz[]), CAST(:period_end AS timestamptz[]), CAST(:discount_periods AS bigint[]),
        CAST(:is_period_discounted AS boolean[])
    ) AS new (id, price_id, interval, anchor, period_start, period_end, discount_periods, is_period_discounted)
    WHERE s.id = new.id
""")
MOVED = (
    "id", "price_id", "interval", "anchor", "period_start", "period_end", "discount_periods", "is_period_discounted",
)  # fmt: skip


def write_renewals(
    session: Session, renewals: Sequence[Renewal], numbers: Sequence[str], around: Surroundings, now: datetime
) -> None:
    """Write everything of a batch; `numbers` are the invoices' in the same order. Kept money is flushed with it."""
    numbered = list(zip(renewals, numbers, strict=True))
    _move_on(session, [renewal.subscription for renewal in renewals])
    session.flush()
    copy_rows(session, Invoice, [_invoice(renewal, number, around, now) for renewal, number in numbered])
    copy_rows(session, InvoiceLine, [row for renewal in renewals for row in _lines(renewal)])
    copy_rows(session, SubscriptionPeriod, [_period(renewal) for renewal in renewals])
    post_many(session, [movement for renewal in renewals for movement in _movements(renewal)], now)
    charged = [
        _attempt(renewal, number, around.cards[renewal.account_id])
        for renewal, number in numbered
        if renewal.is_by_card and renewal.left.minor and renewal.account_id in around.cards
    ]
    copy_rows(session, PaymentAttempt, charged)
    awaited = [renewal for renewal in renewals if not renewal.is_by_card and renewal.left.minor]
    stage_many(session, [FollowUp("charge", row["id"], charge_cause(row["id"])) for row in charged])
    stage_many(session, [_bill_by_mail(renewal.invoice_id) for renewal in awaited])


def _move_on(session: Session, subscriptions: Sequence[Subscription]) -> None:
    """One statement for all; the objects leave the session, so that it does not write them once more, one by one."""
    columns = {name: [getattr(subscription, name) for subscription in subscriptions] for name in MOVED}
    columns["interval"] = [interval.value for interval in columns["interval"]]
    for subscription in subscriptions:
        session.expunge(subscription)
    session.execute(MOVE_ON, {name: _texts(values) for name, values in columns.items()})


def _texts(values: list[Any]) -> list[Any]:
    return [str(value) if isinstance(value, UUID) else value for value in values]


def _invoice(renewal: Renewal, number: str, around: Surroundings, now: datetime) -> dict[str, Any]:
    subscription, totals = renewal.subscription, renewal.totals
    return {
        "id": renewal.invoice_id,
        "account_id": renewal.account_id,
        "subscription_id": subscription.id,
        "reason": InvoiceReason.RENEWAL,
        "cause": f"renewal/{subscription.id}/{renewal.period.start:%Y-%m-%dT%H:%M:%SZ}",
        "number": number,
        "status": InvoiceStatus.PENDING,
        "currency": subscription.currency,
        "subtotal_minor": totals.subtotal.minor,
        "tax_minor": totals.tax.minor,
        "total_minor": totals.total.minor,
        "balance_used_minor": renewal.used.minor,
        "buyer": around.buyers[renewal.account_id],
        "issued_at": now,
        "due_at": now if renewal.is_by_card else now + TRANSFER_TERM,
    }


def _lines(renewal: Renewal) -> list[dict[str, Any]]:
    return [_line(renewal, position, line) for position, line in enumerate(renewal.lines)]


def _line(renewal: Renewal, position: int, line: LineDraft) -> dict[str, Any]:
    tax_name, rate_ppm = renewal.tax
    return {
        "id": uuid7(),
        "invoice_id": renewal.invoice_id,
        "position": position,
        "description": line.description,
        "quantity": line.quantity,
        "unit_minor": line.unit.minor,
        "net_minor": line.net.minor,
        "tax_name": tax_name,
        "tax_rate_ppm": rate_ppm,
        "tax_minor": line.tax(rate_ppm).minor,
        "credits": line.credits,
        "credits_expire_at": line.credits_expire_at,
        "kind": line.kind,
        "period_start": renewal.period.start,
        "period_end": renewal.period.end,
    }


def _period(renewal: Renewal) -> dict[str, Any]:
    return {
        "subscription_id": renewal.subscription.id,
        "period_start": renewal.period.start,
        "period_end": renewal.period.end,
        "invoice_id": renewal.invoice_id,
    }


def _movements(renewal: Renewal) -> list[Movement]:
    owed = owed_movement(renewal.invoice_id, renewal.account_id, renewal.totals.subtotal, renewal.totals.tax)
    if not renewal.used.minor:
        return [owed]
    return [owed, used_movement(renewal.invoice_id, renewal.account_id, renewal.used)]


def _attempt(renewal: Renewal, number: str, card: ChargeableCard) -> dict[str, Any]:
    cause = f"collect/{renewal.invoice_id}"
    return charge_row(uuid7(), renewal.invoice_id, renewal.account_id, number, renewal.left, card, cause)


def _bill_by_mail(invoice_id: UUID) -> FollowUp:
    return FollowUp("invoice_pdf", invoice_id, f"invoice_pdf/{invoice_id}/issued")
