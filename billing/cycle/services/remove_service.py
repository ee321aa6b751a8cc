"""Take a service from a subscription that runs."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.catalog.plans import terms_of
from billing.cycle.bill import Bill, bill
from billing.cycle.services.wish import wish_away
from billing.invoices.tables import InvoiceReason
from billing.periods import period_from
from billing.subscriptions.queries import get_subscription, lock_subscription
from billing.subscriptions.rules import check_up_to_date
from billing.subscriptions.tables import SubscriptionService
from schemas.commands.subscriptions import RemoveService


def remove_service(session: Session, command: RemoveService, cause: str, now: datetime) -> None:
    """It ends now, and what is left of its period is kept on the account for the next invoices.

    Raises Rejected `subscription_not_found`, `renewal_due` after a downtime of whole periods, and what `wish_away`
    raises.
    """
    lock_account(session, get_subscription(session, command.subscription_id).account_id)
    subscription = lock_subscription(session, command.subscription_id)
    months = terms_of(session, [subscription.price_id])[subscription.price_id].months
    check_up_to_date(period_from(subscription.anchor, months, subscription.period_end).end, now)
    wish = wish_away(session, subscription, command.service, now.replace(microsecond=0))
    of_this = SubscriptionService.subscription_id == subscription.id
    session.execute(
        delete(SubscriptionService).where(of_this, SubscriptionService.price_id == wish.addition.terms.price_id)
    )
    if wish.quote.lines:
        wanted = Bill(InvoiceReason.CHANGE, f"service/{subscription.id}/{cause}", wish.quote.lines)
        bill(session, subscription, wanted, now)
