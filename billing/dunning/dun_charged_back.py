"""A bank has taken back for good what paid an invoice: dun it, where the policy says so."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.dunning.declines import CHARGED_BACK
from billing.dunning.open import open_again
from billing.dunning.queries import lock_dunning, lock_owner
from billing.dunning.refuse import Refusal, refuse_invoice
from billing.dunning.tables import DunningPolicy, DunningState, LostDisputes
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.subscriptions.tables import Subscription


def status_after_loss(session: Session, invoice: Invoice) -> InvoiceStatus:
    """What becomes of a paid invoice whose payment is lost: see `LostDisputes`."""
    policy = select(DunningPolicy.lost_disputes).join(Subscription, Subscription.dunning_policy == DunningPolicy.slug)
    found = session.scalar(policy.where(Subscription.id == invoice.subscription_id))
    is_owed = found is LostDisputes.OWED and not invoice.gateway
    return InvoiceStatus.PENDING if is_owed else InvoiceStatus.UNCOLLECTIBLE


def dun_charged_back(session: Session, invoice: Invoice, now: datetime) -> None:
    """Let the customer name another card, as after a refusal for good: the one that was disputed is not charged again.

    The invoice is pending, and the caller holds its row lock. `now` is the account's own time.
    """
    if invoice.subscription_id is None:
        raise ValueError(f"invoice {invoice.id} is of no subscription, and has no policy")
    dunning, subscription = lock_dunning(session, invoice.id), lock_owner(session, invoice.subscription_id)
    if dunning is not None and dunning.state is not DunningState.OPEN:
        open_again(session, dunning, invoice, subscription, now)
    cause = f"payment_failed/{invoice.id}/{invoice.charged_back_minor}/{CHARGED_BACK}"
    refuse_invoice(session, invoice, Refusal(CHARGED_BACK, cause), now)
