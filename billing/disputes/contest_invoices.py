"""Contest invoices: what disputes claim of them now, and whether their credits can be used."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.disputes.claims import bearing_of, claimed_by, lock_claims
from billing.disputes.rules import meet_claims
from billing.disputes.set_apart import set_apart
from billing.disputes.tables import Dispute, DisputeStatus
from billing.invoices.queries import lines_with_credits
from billing.invoices.tables import Invoice
from billing.refunds.credited_lines import grant_cause
from billing.refunds.refundable import lock_refundable
from billing.usage.freeze import freeze_credits, thaw_credits


def contest_invoices(session: Session, payment_id: UUID, disputes: Sequence[Dispute], now: datetime) -> None:
    """Bring kept money and invoices to what is claimed of a payment now, by those of its disputes that are not lost.

    So much is set apart, or contested, as would be lost: see `meet_claims`. What is claimed of its account's other
    payments may move to other invoices by that: all of them are brought to it. All that a line of a contested invoice
    has granted is frozen, also when a part of the money is claimed: nobody knows which of it.
    """
    refundable = lock_refundable(session, payment_id)
    claimed = claimed_by(session, [each for each in disputes if each.status is not DisputeStatus.LOST])
    claims, invoices = lock_claims(session, refundable, sum(claimed.values()))
    met = meet_claims(claims, bearing_of(session, invoices.values()))
    kept_minor = met[payment_id].kept_minor
    for dispute in disputes:
        kept_minor -= set_apart(session, refundable, dispute, min(kept_minor, claimed.get(dispute.id, 0)), now)
    for invoice in invoices.values():
        invoice.contested_minor = sum(dict(each.invoices).get(invoice.id, 0) for each in met.values())
    _freeze(session, refundable.receipt.account_id, invoices.values(), now)


def _freeze(session: Session, account_id: UUID, invoices: Collection[Invoice], now: datetime) -> None:
    contested = {each.id: each.contested_minor > 0 for each in invoices}
    granted = lines_with_credits(session, contested)
    frozen = {grant_cause(line_id) for line_id, invoice_id in granted if contested[invoice_id]}
    free = {grant_cause(line_id) for line_id, invoice_id in granted if not contested[invoice_id]}
    if frozen:
        freeze_credits(session, account_id, frozen, now)
    if free:
        thaw_credits(session, account_id, free, now)
