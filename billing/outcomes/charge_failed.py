"""What follows when a charge was declined: dunning, or the end of an automatic purchase."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.cards.queries import cards_in_order, get_default_card
from billing.dunning.other_cards import code_of_the_hopeful, is_refused_for_good
from billing.dunning.queries import charges_of
from billing.dunning.refuse import Refusal, refuse_invoice
from billing.dunning.retry import retry_invoice
from billing.dunning.try_next_card import may_try_others, try_next_card
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.payments.tables import PaymentAttempt
from billing.top_ups.follow_payment import top_up_failed

# what a dunning has for a code when a part of the money came
PAID_IN_PART = "paid_in_part"


def charge_failed(session: Session, invoice: Invoice, attempt: PaymentAttempt, now: datetime) -> None:
    """Plan the next try or wait for another card, and tell the customer, once per attempt.

    A renewal is charged to the account's next card first, and the customer is told when all were refused. If the
    customer has named another card by now, that is charged at once. `attempt` is over, bears the gateway's
    `failure_code` and is written. The caller holds the invoice's row lock; `now` is the account's own time.
    """
    if invoice.reason is InvoiceReason.TOP_UP:
        top_up_failed(session, invoice, attempt.failure_code, now)
        return
    if try_next_card(session, invoice, attempt.failure_code, now):
        return
    code = _code(session, invoice, attempt)
    refusal = Refusal(code, f"payment_failed/{attempt.id}", _has_other_card(session, attempt))
    refuse_invoice(session, invoice, refusal, now)
    if refusal.has_other_card and invoice.status is InvoiceStatus.PENDING:
        retry_invoice(session, invoice, now)


def charge_fell_short(session: Session, invoice: Invoice, attempt: PaymentAttempt, now: datetime) -> None:
    """A charge brought less than was asked for: the rest is tried again by the plan. Conditions as above."""
    attempt.failure_code = PAID_IN_PART
    refuse_invoice(session, invoice, Refusal(PAID_IN_PART, f"payment_failed/{attempt.id}"), now)


def _has_other_card(session: Session, attempt: PaymentAttempt) -> bool:
    """Whether the customer has named another card while this one was being charged.

    A default that was refused for good is none: this one was tried in its place.
    """
    card = get_default_card(session, attempt.account_id)
    if card is None or card.id == attempt.card_id:
        return False
    return not is_refused_for_good(card.id, charges_of(session, attempt.invoice_id))


def _code(session: Session, invoice: Invoice, attempt: PaymentAttempt) -> str:
    """Of several cards that were refused one may pay later: then the dunning goes by its code."""
    if not may_try_others(session, invoice):
        return attempt.failure_code
    cards, charges = cards_in_order(session, invoice.account_id), charges_of(session, invoice.id)
    return code_of_the_hopeful(cards, charges, attempt.failure_code)
