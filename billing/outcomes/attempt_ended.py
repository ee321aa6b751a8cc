"""What follows when an attempt ended without an answer: a page on which nobody paid, a charge that was canceled."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.cards.queries import get_default_card
from billing.dunning.declines import NO_CARD
from billing.dunning.other_cards import is_refused_for_good
from billing.dunning.queries import charges_of, lock_dunning
from billing.dunning.retry import retry_invoice
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.top_ups.follow_payment import top_up_failed


def attempt_ended(session: Session, invoice: Invoice, now: datetime) -> None:
    """Go on to collect an invoice: charge the default card at once unless it was refused for this invoice.

    That is a card that was named meanwhile, or one whose charge had to make way. What was refused waits for its next
    planned try, as if there had been no page. Nothing happens where no card was to pay: a transfer is still awaited.
    An automatic purchase without a card is over: nobody is dunned for it, and the next would wait for it for ever.
    The caller holds the invoice's row lock; `now` is the account's own time.
    """
    if invoice.reason is InvoiceReason.TOP_UP and get_default_card(session, invoice.account_id) is None:
        top_up_failed(session, invoice, NO_CARD, now)
        return
    charges = charges_of(session, invoice.id)
    is_for_a_card = bool(charges) or lock_dunning(session, invoice.id) is not None
    if invoice.status is InvoiceStatus.PENDING and is_for_a_card and _is_untried(session, invoice, charges):
        retry_invoice(session, invoice, now)


def _is_untried(session: Session, invoice: Invoice, charges: Sequence[PaymentAttempt]) -> bool:
    card = get_default_card(session, invoice.account_id)
    return card is not None and card.id != _last_refused(charges) and not is_refused_for_good(card.id, charges)


def _last_refused(charges: Sequence[PaymentAttempt]) -> UUID | None:
    refused = [charge.card_id for charge in charges if charge.status is AttemptStatus.FAILED]
    return refused[-1] if refused else None
