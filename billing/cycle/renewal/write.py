"""Write renewals: invoices, lines, ledger, periods, attempts and follow-ups, each table at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.cards.queries import ChargeableCard
from billing.cycle.renewal.due import Surroundings
from billing.cycle.renewal.next_period import Renewal
from billing.invoices.compose import Issue, issued
from billing.invoices.issue import TRANSFER_TERM, owed_movement
from billing.invoices.tables import Invoice, InvoiceLine
from billing.ledger.post import Movement, post_many
from billing.payments.intend_charge import charge_cause, charge_row
from billing.payments.tables import PaymentAttempt
from billing.receipts.carry_over import carried_over_movement, receipt_row
from billing.receipts.kept_money import used_movement
from billing.receipts.tables import Receipt
from billing.receipts.write import write_draws
from billing.subscriptions.tables import SubscriptionPeriod
from database.copy import copy_rows
from database.ids import uuid7
from database.outbox import FollowUp, stage_many
from database.update import update_rows

# what a new period changes of a subscription
MOVED = (
    "status", "price_id", "next_price_id", "interval", "anchor", "period_start", "period_end", "due_at",
    "discount_periods", "is_period_discounted",
)  # fmt: skip


def write_renewals(
    session: Session, renewals: Sequence[Renewal], numbers: Sequence[str], around: Surroundings, now: datetime
) -> None:
    """Write everything of a batch; `numbers` are the invoices' in the same order."""
    numbered = list(zip(renewals, numbers, strict=True))
    update_rows(session, [renewal.subscription for renewal in renewals], MOVED)
    copy_rows(session, Invoice, [_invoice(renewal, number, around, now) for renewal, number in numbered])
    copy_rows(session, InvoiceLine, [row for renewal in renewals for row in renewal.invoice.lines])
    _draw(session, renewals, around)
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


def _draw(session: Session, renewals: Sequence[Renewal], around: Surroundings) -> None:
    owed = [receipt_row(renewal.owed) for renewal in renewals if renewal.owed is not None]
    copy_rows(session, Receipt, owed)
    drawn = {renewal.key for renewal in renewals if renewal.allocations}
    receipts = [receipt for key in drawn for receipt in around.kept[key]]
    write_draws(session, [row for renewal in renewals for row in renewal.allocations], receipts)


def _invoice(renewal: Renewal, number: str, around: Surroundings, now: datetime) -> dict[str, Any]:
    due_at = now if renewal.is_by_card else now + TRANSFER_TERM
    buyer, share = around.buyers[renewal.account_id], renewal.share
    return issued(renewal.invoice, Issue(number, buyer, now, due_at, share.used, share.carried_over))


def _period(renewal: Renewal) -> dict[str, Any]:
    return {
        "subscription_id": renewal.subscription.id,
        "period_start": renewal.period.start,
        "period_end": renewal.period.end,
        "invoice_id": renewal.invoice_id,
    }


def _movements(renewal: Renewal) -> list[Movement]:
    totals = renewal.invoice.totals
    owed = owed_movement(renewal.invoice_id, renewal.account_id, totals.subtotal, totals.tax)
    if not renewal.allocations:
        return [owed]
    named, share = (renewal.invoice_id, renewal.account_id), renewal.share
    return [owed, used_movement(*named, share.used), carried_over_movement(*named, share.carried_over)]


def _attempt(renewal: Renewal, number: str, card: ChargeableCard) -> dict[str, Any]:
    cause = f"collect/{renewal.invoice_id}"
    return charge_row(uuid7(), renewal.invoice_id, renewal.account_id, number, renewal.left, card, cause)


def _bill_by_mail(invoice_id: UUID) -> FollowUp:
    return FollowUp("invoice_pdf", invoice_id, f"invoice_pdf/{invoice_id}/issued")
