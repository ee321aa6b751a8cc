"""What follows when an attempt ended without an answer: nobody paid on a page, a charge was canceled or never sent."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.cards.queries import get_default_card
from billing.dunning.candidates import find_candidates
from billing.dunning.declines import NO_CARD
from billing.dunning.other_cards import Candidates
from billing.dunning.queries import lock_dunning
from billing.dunning.refuse import Refusal, refuse_for_no_card, refuse_invoice
from billing.dunning.retry import retry_invoice
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.outcomes.charge_substitute import charge_substitute
from billing.top_ups.follow_payment import top_up_failed


def attempt_ended(session: Session, invoice: Invoice, now: datetime) -> None:
    """Go on to collect an invoice: charge at once the card whose turn it is, see `Candidates.at_once`.

    That is a card that was named meanwhile, or one whose charge had to make way. What was refused waits for its next
    planned try, as if there had been no page; what is not dunned yet is from now on. Nothing happens where no card was
    to pay: a transfer is still awaited. An automatic purchase without a card is over: nobody is dunned for it, and the
    next would wait for it for ever. The caller holds the invoice's row lock; `now` is the account's own time.
    """
    if invoice.reason is InvoiceReason.TOP_UP and get_default_card(session, invoice.account_id) is None:
        top_up_failed(session, invoice, NO_CARD, now)
        return
    candidates, dunning = find_candidates(session, invoice), lock_dunning(session, invoice.id)
    is_for_a_card = bool(candidates.charges) or dunning is not None
    if invoice.status is not InvoiceStatus.PENDING or not is_for_a_card:
        return
    if charge_substitute(session, invoice, candidates, now):
        return
    if candidates.at_once() is not None:
        retry_invoice(session, invoice, now)
    elif dunning is None:
        _dun(session, invoice, candidates, now)


def _dun(session: Session, invoice: Invoice, candidates: Candidates, now: datetime) -> None:
    """Nobody may have been told yet: other cards were tried in silence, or the only one went before it was charged."""
    refused = candidates.last_refused
    if refused is None or not candidates.cards:
        refuse_for_no_card(session, invoice, now)
    else:
        code = candidates.code(refused.failure_code)
        refuse_invoice(session, invoice, Refusal(code, f"payment_failed/{refused.id}"), now)
