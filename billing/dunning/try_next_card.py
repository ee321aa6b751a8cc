"""A card was refused for good: try the next one of the customer at once."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.cards.queries import cards_in_order
from billing.dunning.declines import is_hard
from billing.dunning.other_cards import next_untried
from billing.dunning.queries import charges_of, lock_dunning, lock_owner
from billing.dunning.rules import terms_of
from billing.dunning.tables import Dunning, DunningPolicy
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.payments.intend_charge import intend_charge
from billing.subscriptions.rules import ENDED
from billing.subscriptions.tables import Subscription


def try_next_card(session: Session, invoice: Invoice, code: str, now: datetime) -> bool:
    """Charge the next card in the account's order for a renewal, if the policy has it so; false when there is none.

    Each card is another attempt with a key of its own, begun when the one before is over, and each is tried so once
    for an invoice. The caller holds the invoice's row lock and has written the attempt that was refused with `code`.
    """
    is_renewal = invoice.reason is InvoiceReason.RENEWAL and invoice.status is InvoiceStatus.PENDING
    if not is_renewal or not is_hard(code) or not may_try_others(session, invoice):
        return False
    charges = charges_of(session, invoice.id)
    card = next_untried(cards_in_order(session, invoice.account_id), charges)
    if card is None:
        return False
    intend_charge(session, invoice, f"other_card/{invoice.id}/{len(charges)}", now, card=card)
    return True


def may_try_others(session: Session, invoice: Invoice) -> bool:
    """Whether the subscription of an invoice runs under a policy that tries other cards; the invoice is locked."""
    if invoice.subscription_id is None:
        return False
    dunning, subscription = lock_dunning(session, invoice.id), lock_owner(session, invoice.subscription_id)
    return subscription.status not in ENDED and _tries_others(session, dunning, subscription)


def _tries_others(session: Session, dunning: Dunning | None, subscription: Subscription) -> bool:
    """What has begun goes by the policy as it was then."""
    if dunning is not None:
        return terms_of(dunning.policy).tries_other_cards
    return session.get_one(DunningPolicy, subscription.dunning_policy).tries_other_cards
