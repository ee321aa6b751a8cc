"""Find the cards that may be charged for an invoice."""

from sqlalchemy.orm import Session

from billing.cards.queries import cards_in_order
from billing.dunning.other_cards import Candidates
from billing.dunning.queries import charges_of, lock_dunning, lock_owner
from billing.dunning.rules import terms_of
from billing.dunning.tables import DunningPolicy
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.subscriptions.rules import ENDED


def find_candidates(session: Session, invoice: Invoice) -> Candidates:
    """The account's cards and the invoice's charges, as they are now.

    Only a renewal is charged to other cards, and under a policy that has it so: that of its dunning if it has begun.
    The caller holds the invoice's row lock.
    """
    cards, charges = cards_in_order(session, invoice.account_id), charges_of(session, invoice.id)
    return Candidates(cards, charges, tries_others=_tries_others(session, invoice))


def _tries_others(session: Session, invoice: Invoice) -> bool:
    is_renewal = invoice.reason is InvoiceReason.RENEWAL and invoice.status is InvoiceStatus.PENDING
    if not is_renewal or invoice.subscription_id is None:
        return False
    dunning, subscription = lock_dunning(session, invoice.id), lock_owner(session, invoice.subscription_id)
    if subscription.status in ENDED:
        return False
    if dunning is not None:
        return terms_of(dunning.policy).tries_other_cards
    return session.get_one(DunningPolicy, subscription.dunning_policy).tries_other_cards
