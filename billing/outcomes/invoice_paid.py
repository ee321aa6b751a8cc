"""What follows when invoices were paid: dunnings have recovered, changes of plan are made, what waited goes on."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from billing.credits.hold import hold_credits
from billing.cycle.plan_change.make_change import make_paid_changes
from billing.dunning.queries import has_other_unpaid, lock_dunnings, lock_owners
from billing.dunning.stop import close_dunning
from billing.dunning.tables import DunningState
from billing.invoices.settle import Settlement
from billing.invoices.tables import InvoiceReason
from billing.subscriptions.states import go_on, start
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from billing.top_ups.follow_payment import top_up_captured


def invoices_paid(session: Session, settlements: Sequence[Settlement]) -> None:
    """End the dunnings of paid invoices and make their changes of plan; what waited for the money runs again.

    Costs nothing for a purchase without a subscription. The mails follow from settling, see `stage_receipt`. The caller
    holds the invoices' row locks and has written them.
    """
    subscribed = [settlement for settlement in settlements if settlement.invoice.subscription_id is not None]
    dunnings = lock_dunnings(session, [settlement.invoice.id for settlement in subscribed])
    owners = lock_owners(session, [settlement.invoice.subscription_id for settlement in subscribed])
    for settlement in subscribed:
        dunning = dunnings.get(settlement.invoice.id)
        if dunning is not None:
            close_dunning(settlement.invoice, dunning, DunningState.RECOVERED, settlement.now)
    make_paid_changes(session, owners, subscribed)
    for settlement in subscribed:
        _go_on(session, owners[settlement.invoice.subscription_id], settlement)
    # last: whoever uses credits has locked those before the top-up that follows from it
    for settlement in settlements:
        if settlement.invoice.reason is InvoiceReason.TOP_UP:
            top_up_captured(session, settlement.invoice, settlement.now)


def _go_on(session: Session, subscription: Subscription, settlement: Settlement) -> None:
    invoice, _, now = settlement
    if subscription.status is SubscriptionStatus.PAUSED and subscription.paused_at is not None:
        # credits that this payment has granted wait with those that were held when the pause began
        hold_credits(session, subscription.account_id, subscription.id, subscription.paused_at)
    if subscription.status is SubscriptionStatus.PAST_DUE and not has_other_unpaid(session, subscription, invoice.id):
        go_on(subscription, now)
    elif invoice.reason is InvoiceReason.START:
        start(subscription, now)
