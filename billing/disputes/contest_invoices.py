"""Contest invoices: what disputes claim of them now, and whether their credits can be used."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.disputes.claims import bearing_of, claim_on, claimed_by, other_claims
from billing.disputes.rules import Claim, Met, meet_claims
from billing.disputes.set_apart import set_apart
from billing.disputes.tables import Dispute, DisputeStatus
from billing.invoices.queries import lines_with_credits
from billing.invoices.tables import Invoice
from billing.refunds.credited_lines import grant_cause
from billing.refunds.refundable import Refundable, lock_refundable
from billing.usage.freeze import freeze_credits, thaw_credits


def contest_invoices(session: Session, payment_id: UUID, disputes: Sequence[Dispute], now: datetime) -> None:
    """Bring kept money and invoices to what is claimed of a payment now, by those of its disputes that are not lost.

    So much is set apart, or contested, as would be lost: see `meet_claims`. All that a line of a contested invoice has
    granted is frozen, also when a part of the money is claimed: nobody knows which of it.
    """
    refundable = lock_refundable(session, payment_id)
    claimed = claimed_by(session, [each for each in disputes if each.status is not DisputeStatus.LOST])
    claims = [claim_on(refundable, sum(claimed.values())), *other_claims(session, refundable)]
    # in a fixed order, whichever payment there are news of
    met = _meet(session, refundable, sorted(claims, key=lambda claim: claim.payment_id))
    kept_minor = met[payment_id].kept_minor
    for dispute in disputes:
        kept_minor -= set_apart(session, refundable, dispute, min(kept_minor, claimed.get(dispute.id, 0)), now)
    for invoice in refundable.invoices.values():
        invoice.contested_minor = sum(dict(each.invoices).get(invoice.id, 0) for each in met.values())
    _freeze(session, refundable, now)


def _meet(session: Session, refundable: Refundable, claims: Sequence[Claim]) -> Mapping[UUID, Met]:
    concerned = {invoice_id for claim in claims for invoice_id, _ in claim.paid}
    invoices = session.scalars(select(Invoice).where(Invoice.id.in_(concerned | refundable.invoices.keys()))).all()
    return meet_claims(claims, bearing_of(session, invoices))


def _freeze(session: Session, refundable: Refundable, now: datetime) -> None:
    contested = {each.id: each.contested_minor > 0 for each in refundable.invoices.values()}
    granted = lines_with_credits(session, contested)
    frozen = {grant_cause(line_id) for line_id, invoice_id in granted if contested[invoice_id]}
    free = {grant_cause(line_id) for line_id, invoice_id in granted if not contested[invoice_id]}
    if frozen:
        freeze_credits(session, refundable.receipt.account_id, frozen, now)
    if free:
        thaw_credits(session, refundable.receipt.account_id, free, now)
