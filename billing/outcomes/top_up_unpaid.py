"""The charge of an automatic purchase came to nothing: another card pays, or the top-up stops."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.cards.queries import get_default_card
from billing.dunning.queries import charges_of
from billing.invoices.tables import Invoice
from billing.payments.intend_charge import intend_charge
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.top_ups.follow_payment import top_up_failed


def top_up_unpaid(session: Session, invoice: Invoice, attempt: PaymentAttempt, now: datetime) -> None:
    """Charge the default card if it is another by now that was not refused yet; else nobody is dunned for a purchase.

    Conditions as in `charge_failed`.
    """
    card, charges = get_default_card(session, invoice.account_id), charges_of(session, invoice.id)
    refused = {charge.card_id for charge in charges if charge.status is AttemptStatus.FAILED}
    if card is None or card.id in refused | {attempt.card_id}:
        top_up_failed(session, invoice, attempt.failure_code, now)
        return
    package = attempt.request.get("marks", {}).get("package", "")
    intend_charge(session, invoice, f"new_card/{invoice.id}/{len(charges)}", now, package, card)
