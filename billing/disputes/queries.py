"""Reads of disputes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.disputes.claims import left_by
from billing.disputes.tables import ENDED, Dispute, DisputeEvidence, DisputeStatus
from billing.errors import Rejected
from billing.receipts.tables import Allocation
from database.among import is_among
from database.pages import FIRST_PAGE, Between, Paging, in_order, narrowed
from schemas.views.base import Page
from schemas.views.disputes import DisputeView

ORDERS = {
    "created": Dispute.created_at, "opened": Dispute.opened_at, "due": Dispute.evidence_due_at,
    "amount": Dispute.amount_minor,
}  # fmt: skip


def disputes_of(session: Session, receipt_id: UUID) -> Sequence[Dispute]:
    """Every dispute of one payment, in the order in which they were heard of."""
    return session.scalars(select(Dispute).where(Dispute.receipt_id == receipt_id).order_by(Dispute.id)).all()


def invoices_of(session: Session, receipt_id: UUID) -> set[UUID]:
    """The invoices that a payment has paid, also those of which that was taken back."""
    paid = select(Allocation.invoice_id).where(Allocation.receipt_id == receipt_id, Allocation.invoice_id.is_not(None))
    return {invoice_id for invoice_id in session.scalars(paid) if invoice_id is not None}


def disputed_payments(session: Session, invoice_id: UUID) -> Sequence[UUID]:
    """The payments that have ever paid of an invoice and were ever disputed, in a fixed order."""
    paying = select(Allocation.receipt_id).where(Allocation.invoice_id == invoice_id)
    disputed = select(Dispute.receipt_id).where(Dispute.receipt_id.in_(paying)).distinct()
    return session.scalars(disputed.order_by(Dispute.receipt_id)).all()


def count_open(session: Session, account_id: UUID) -> int:
    """How many disputes and inquiries of the account have not ended."""
    is_open = Dispute.status.not_in(ENDED)
    return session.scalars(select(func.count()).where(Dispute.account_id == account_id, is_open)).one()


def show_dispute(session: Session, dispute_id: UUID) -> DisputeView:
    """One dispute as the API shows it; raises Rejected `dispute_not_found`."""
    (view,) = view_disputes(session, [get_dispute(session, dispute_id)])
    return view


def get_dispute(session: Session, dispute_id: UUID) -> Dispute:
    """The dispute; raises Rejected `dispute_not_found`."""
    dispute = session.get(Dispute, dispute_id)
    if dispute is None:
        raise Rejected("dispute_not_found", f"There is no dispute {dispute_id}.", status=404)
    return dispute


def get_evidence(session: Session, dispute_id: UUID) -> bytes:
    """What speaks for us, as a PDF; raises Rejected `dispute_not_found` or `pdf_not_ready`."""
    found = session.get(DisputeEvidence, dispute_id)
    if found is None:
        get_dispute(session, dispute_id)
        raise Rejected("pdf_not_ready", "The evidence of this dispute is not written yet.", status=404)
    return found.content


def list_disputes(
    session: Session,
    paging: Paging = FIRST_PAGE,
    *,
    account_id: UUID | None = None,
    payment_id: UUID | None = None,
    status: DisputeStatus | None = None,
    currency: str | None = None,
    created: Between | None = None,
    opened: Between | None = None,
    amount: Between | None = None,
) -> Page[DisputeView]:
    """A page of disputes, ordered as `ORDERS` names it."""
    query = narrowed(
        select(Dispute),
        (Dispute.account_id, account_id),
        (Dispute.receipt_id, payment_id),
        (Dispute.status, status),
        (Dispute.currency, currency),
        (Dispute.created_at, created),
        (Dispute.opened_at, opened),
        (Dispute.amount_minor, amount),
    )
    page, cursor = in_order(session, query, Dispute, paging, ORDERS)
    return Page(data=view_disputes(session, page), next_cursor=cursor)


def view_disputes(session: Session, disputes: Sequence[Dispute]) -> list[DisputeView]:
    """Disputes as the API shows them, in the same order."""
    ids = [dispute.id for dispute in disputes]
    written = set(session.scalars(select(DisputeEvidence.dispute_id).where(is_among(DisputeEvidence.dispute_id, ids))))
    left = left_by(session, ids)
    return [_view(dispute, left.get(dispute.id, 0), is_written=dispute.id in written) for dispute in disputes]


def _view(dispute: Dispute, left_minor: int, *, is_written: bool) -> DisputeView:
    return DisputeView(
        id=dispute.id,
        account_id=dispute.account_id,
        payment_id=dispute.receipt_id,
        gateway=dispute.gateway,
        reference=dispute.dispute_ref,
        status=str(dispute.status),
        amount_minor=dispute.amount_minor,
        left_minor=left_minor,
        currency=dispute.currency,
        reason=dispute.reason,
        evidence_due_at=dispute.evidence_due_at,
        opened_at=dispute.opened_at,
        closed_at=dispute.closed_at,
        evidence=f"/v1/billing/disputes/{dispute.id}/evidence.pdf" if is_written else None,
        created_at=dispute.created_at,
    )
