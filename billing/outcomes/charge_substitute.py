"""The card that is charged was refused for good: charge the customer's next one in its place."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.dunning.other_cards import Candidates
from billing.invoices.tables import Invoice
from billing.payments.intend_charge import intend_charge


def charge_substitute(session: Session, invoice: Invoice, candidates: Candidates, now: datetime) -> bool:
    """Charge the card whose turn it is, if it is another than the default; false when none has its turn.

    Each card is another attempt with a key of its own, begun when the one before is over, and each is tried so once
    for an invoice. The caller holds the invoice's row lock and has written the attempt before.
    """
    card = candidates.at_once()
    if card is None or card == candidates.default:
        return False
    intend_charge(session, invoice, f"other_card/{invoice.id}/{len(candidates.charges)}", now, card=card)
    return True
