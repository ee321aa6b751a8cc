"""What follows when an invoice was paid: its dunning has recovered, and what waited for the money goes on."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.credits.hold import hold_credits
from billing.dunning.queries import has_other_unpaid, lock_dunning, lock_owner
from billing.dunning.stop import close_dunning
from billing.dunning.tables import DunningState
from billing.invoices.tables import Invoice, InvoiceReason
from billing.subscriptions.rules import go_on, start
from billing.subscriptions.tables import SubscriptionStatus
from billing.top_ups.follow_payment import top_up_captured


def invoice_paid(session: Session, invoice: Invoice, now: datetime) -> None:
    """End the dunning of a paid invoice; a subscription that waited for the money is active, or on trial, again.

    Costs nothing for a purchase without a subscription. The mail follows from settling, see `stage_receipt`. The caller
    holds the invoice's row lock; `now` is the account's own time, also on a test clock.
    """
    if invoice.reason is InvoiceReason.TOP_UP:
        top_up_captured(session, invoice, now)
    if invoice.subscription_id is None:
        return
    dunning = lock_dunning(session, invoice.id)
    subscription = lock_owner(session, invoice.subscription_id)
    if dunning is not None:
        close_dunning(invoice, dunning, DunningState.RECOVERED, now)
    if subscription.status is SubscriptionStatus.PAUSED and subscription.paused_at is not None:
        # credits that this payment has granted wait with those that were held when the pause began
        hold_credits(session, subscription.account_id, subscription.id, subscription.paused_at)
    waited = subscription.status is SubscriptionStatus.PAST_DUE
    if waited and not has_other_unpaid(session, subscription, invoice.id):
        go_on(subscription, now)
    elif invoice.reason is InvoiceReason.START:
        start(subscription, now)
