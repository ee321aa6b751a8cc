"""Add a service to a subscription that runs."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.catalog.plans import terms_of
from billing.cycle.bill import Bill, bill
from billing.cycle.services.quote import is_once
from billing.cycle.services.wish import wish_for
from billing.invoices.tables import InvoiceReason
from billing.periods import period_from
from billing.subscriptions.queries import get_subscription, lock_subscription
from billing.subscriptions.rules import check_up_to_date
from billing.subscriptions.tables import SubscriptionService
from database.ids import uuid7
from database.rows import insert_rows
from schemas.commands.subscriptions import AddService


def add_service(session: Session, command: AddService, cause: str, now: datetime) -> None:
    """Bill what is left of the period at once, and the whole of it from the next one on; what is sold once, once.

    The service is there at once, and an invoice that is not paid is followed up as that of a renewal. Raises Rejected
    `subscription_not_found`, `renewal_due` after a downtime of whole periods, and what `wish_for` raises.
    """
    lock_account(session, get_subscription(session, command.subscription_id).account_id)
    subscription = lock_subscription(session, command.subscription_id)
    months = terms_of(session, [subscription.price_id])[subscription.price_id].months
    check_up_to_date(period_from(subscription.anchor, months, subscription.period_end).end, now)
    wish = wish_for(session, subscription, command.service, command.quantity, now.replace(microsecond=0))
    if not is_once(wish.addition):
        row = {
            "id": uuid7(), "subscription_id": subscription.id, "price_id": wish.addition.terms.price_id,
            "quantity": command.quantity,
        }  # fmt: skip
        insert_rows(session, SubscriptionService, row)
    if wish.quote.lines:
        wanted = Bill(InvoiceReason.CHANGE, f"service/{subscription.id}/{cause}", wish.quote.lines)
        bill(session, subscription, wanted, now)
