"""Reads of what disputes claim: money that they have taken, and that was not taken out of anything yet."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from billing.credit_notes.sold import sold_with
from billing.disputes.rules import Bearing, Claim, Shares
from billing.disputes.tables import Dispute, DisputeStatus
from billing.invoices.tables import Invoice
from billing.receipts.tables import Allocation, Receipt, ReceiptSource
from billing.refunds.refundable import Refundable, paid_by

IS_OF_DISPUTE = and_(
    Receipt.gateway == Dispute.gateway,
    Receipt.reference == Dispute.dispute_ref,
    Receipt.source == ReceiptSource.DISPUTE,
    Receipt.currency == Dispute.currency,
)


def left_by(session: Session, dispute_ids: Collection[UUID]) -> dict[UUID, int]:
    """What has left by each dispute and has not come back, in minor units of its currency."""
    moved = select(Dispute.id, func.sum(Receipt.amount_minor)).join(Receipt, IS_OF_DISPUTE)
    rows = session.execute(moved.where(Dispute.id.in_(dispute_ids)).group_by(Dispute.id))
    return {dispute_id: -int(minor) for dispute_id, minor in rows}


def claimed_by(session: Session, disputes: Collection[Dispute]) -> dict[UUID, int]:
    """What has left by each and was not taken out of anything; below zero, more was taken than has left by now."""
    ids = [dispute.id for dispute in disputes]
    left, taken = left_by(session, ids), _taken_by(session, ids)
    return {dispute_id: left.get(dispute_id, 0) - taken.get(dispute_id, 0) for dispute_id in ids}


def _taken_by(session: Session, dispute_ids: Collection[UUID]) -> dict[UUID, int]:
    """What was taken out of kept money and invoices for each, less what was returned."""
    taken = select(Allocation.dispute_id, func.sum(Allocation.amount_minor))
    rows = session.execute(taken.where(Allocation.dispute_id.in_(dispute_ids)).group_by(Allocation.dispute_id))
    return {dispute_id: int(minor) for dispute_id, minor in rows if dispute_id is not None}


def claim_on(refundable: Refundable, amount_minor: int) -> Claim:
    """So much of a payment, of which all is locked."""
    paid, own = _standing(refundable.shares), refundable.own_minor
    return Claim(refundable.receipt.id, amount_minor, paid, own, refundable.kept_minor - own)


def _standing(shares: Mapping[UUID, int]) -> Shares:
    """Without what was taken back."""
    return [(invoice_id, minor) for invoice_id, minor in shares.items() if minor > 0]


def lock_claims(session: Session, refundable: Refundable, amount_minor: int) -> tuple[list[Claim], dict[UUID, Invoice]]:
    """So much of a payment, and what no bank has decided of its account's others; all invoices that those have paid.

    In a fixed order, whichever payment there are news of. The invoices are nobody else's until commit.
    """
    claims = [claim_on(refundable, amount_minor), *_other_claims(session, refundable.receipt)]
    concerned = refundable.invoices.keys() | {invoice_id for claim in claims for invoice_id, _ in claim.paid}
    session.flush()  # rows are read anew
    locked = select(Invoice).where(Invoice.id.in_(concerned)).order_by(Invoice.id).with_for_update()
    invoices = session.scalars(locked.execution_options(populate_existing=True))
    return sorted(claims, key=lambda claim: claim.payment_id), {each.id: each for each in invoices}


def _other_claims(session: Session, payment: Receipt) -> list[Claim]:
    """What is kept of those is set apart already.

    Money that is still gone when a dispute was won is claimed, too: it may come back a moment later, or never.
    """
    undecided = select(Dispute).where(
        Dispute.account_id == payment.account_id,
        Dispute.currency == payment.currency,
        Dispute.receipt_id != payment.id,
        Dispute.status != DisputeStatus.LOST,
    )
    disputes = session.scalars(undecided).all()
    claimed = claimed_by(session, disputes)
    ids = sorted({dispute.receipt_id for dispute in disputes})
    sums = {each: sum(max(claimed[one.id], 0) for one in disputes if one.receipt_id == each) for each in ids}
    return [Claim(receipt_id, sums[receipt_id], _standing(paid_by(session, receipt_id))) for receipt_id in ids]


def bearing_of(session: Session, invoices: Collection[Invoice]) -> Bearing:
    """What these can bear; what is contested of others of their subscriptions is not theirs to bear.

    What is contested of these is to be decided anew. An invoice that was never paid in full stands alone: a change of
    plan gives back only what was.
    """
    together = {each.id: _together(each) for each in invoices}
    sold: dict[UUID, int] = {}
    for invoice in invoices:
        whole = together[invoice.id]
        if whole == invoice.id:
            sold[whole] = invoice.covered_minor
        elif whole not in sold:
            of_all = sold_with(session, invoice)
            here = sum(each.contested_minor for each in invoices if together[each.id] == whole)
            sold[whole] = of_all.left_minor - (of_all.contested_minor - here)
    return Bearing({each.id: each.covered_minor for each in invoices}, together, sold)


def _together(invoice: Invoice) -> UUID:
    return invoice.id if invoice.is_unsettled else invoice.subscription_id or invoice.id


def drawn_by(session: Session, dispute_id: UUID) -> Sequence[tuple[UUID, int]]:
    """Of which receipts how much was taken for a dispute, what was taken last first."""
    share = func.sum(Allocation.amount_minor)
    drawn = select(Allocation.receipt_id, share).where(Allocation.dispute_id == dispute_id)
    latest_first = (func.max(Allocation.created_at).desc(), Allocation.receipt_id.desc())
    in_order = drawn.group_by(Allocation.receipt_id).having(share > 0).order_by(*latest_first)
    return [(receipt_id, int(minor)) for receipt_id, minor in session.execute(in_order)]
