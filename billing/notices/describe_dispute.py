"""Describe what the books know of a disputed payment, for whoever answers the bank."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.disputes.queries import get_dispute, invoices_of
from billing.disputes.tables import Dispute
from billing.invoices.buyers import buyer_of
from billing.invoices.queries import find_pdf
from billing.invoices.tables import Invoice
from billing.notices.delivery import describe_mails, describe_subscribed, describe_usage, find_grants
from billing.notices.describe_invoice import buyer_facts, describe_invoice
from billing.notices.describe_payments import payment_facts
from billing.notices.letterhead import Letterhead
from billing.receipts.tables import Receipt, ReceiptSource
from billing.refunds.tables import WITHOUT_EFFECT, Refund
from schemas.documents import InvoiceFacts, PaymentFacts
from schemas.evidence import DisputedInvoiceFacts, EvidenceFacts, ReturnedFacts

# Somebody at a bank looks at a few pages, and Mastercard takes nineteen with the invoices.
USAGE_DAYS_MAX = 90
# more than the two with which Visa lets fraud be denied
EARLIER_PAYMENTS_MAX = 5
BOUGHT_LENGTH_MAX = 500


def describe_dispute(session: Session, dispute_id: UUID, letterhead: Letterhead, now: datetime) -> EvidenceFacts:
    """The dispute in printable facts. `now` is the wall clock's time. Raises Rejected `dispute_not_found`."""
    dispute = get_dispute(session, dispute_id)
    receipt = session.get_one(Receipt, dispute.receipt_id)
    invoices = _invoices(session, receipt.id)
    refunds = _refunds(session, receipt.id)
    subscription_ids = {each.subscription_id for each in invoices if each.subscription_id}
    grants = find_grants(session, [invoice.id for invoice in invoices])
    used = describe_usage(session, grants)
    account = get_account(session, dispute.account_id)
    frozen_buyer = invoices[0].buyer if invoices and invoices[0].buyer else None
    about = {*subscription_ids, *(invoice.id for invoice in invoices), *(refund.id for refund in refunds)}
    return EvidenceFacts(
        reference=dispute.dispute_ref,
        reason=dispute.reason,
        amount_minor=dispute.amount_minor,
        currency=dispute.currency,
        opened_on=dispute.opened_at.date(),
        answer_until=dispute.evidence_due_at,
        written_on=now.date(),
        seller=letterhead.seller,
        buyer=buyer_facts(frozen_buyer or buyer_of(account)),
        customer_since=account.created_at.date(),
        payment=payment_facts(receipt, receipt.allocated_minor, letterhead),
        invoices=tuple(_invoice(describe_invoice(session, invoice.id, letterhead)) for invoice in invoices),
        subscriptions=tuple(describe_subscribed(session, subscription_ids)),
        credits_granted=sum(grant.amount for grant in grants),
        credits_used=sum(each.credits for each in used),
        days_used=len(used),
        usage=tuple(used[-USAGE_DAYS_MAX:]),
        returned=tuple(ReturnedFacts(each.created_at.date(), each.amount_minor, each.refund_ref) for each in refunds),
        earlier=_earlier(session, receipt, letterhead),
        mails=tuple(describe_mails(session, about)),
    )


def papers_of(session: Session, dispute_id: UUID, letterhead: Letterhead) -> list[bytes | InvoiceFacts]:
    """The invoices that the disputed payment has paid: as they were sent, or as facts where no paper is drawn yet."""
    invoices = _invoices(session, get_dispute(session, dispute_id).receipt_id)
    return [find_pdf(session, invoice.id) or describe_invoice(session, invoice.id, letterhead) for invoice in invoices]


def _invoices(session: Session, receipt_id: UUID) -> Sequence[Invoice]:
    wanted = select(Invoice).where(Invoice.id.in_(invoices_of(session, receipt_id)), Invoice.number.is_not(None))
    return session.scalars(wanted.order_by(Invoice.number)).all()


def _invoice(paper: InvoiceFacts) -> DisputedInvoiceFacts:
    return DisputedInvoiceFacts(
        number=paper.number,
        issued_on=paper.issued_on,
        bought=", ".join(line.description for line in paper.lines)[:BOUGHT_LENGTH_MAX],
        total_minor=paper.total_minor,
        first_day=min((line.first_day for line in paper.lines if line.first_day), default=None),
        last_day=max((line.last_day for line in paper.lines if line.last_day), default=None),
    )


def _refunds(session: Session, receipt_id: UUID) -> Sequence[Refund]:
    with_effect = Refund.status.not_in(WITHOUT_EFFECT)
    return session.scalars(select(Refund).where(Refund.receipt_id == receipt_id, with_effect).order_by(Refund.id)).all()


def _earlier(session: Session, payment: Receipt, letterhead: Letterhead) -> tuple[PaymentFacts, ...]:
    before = select(Receipt).where(
        Receipt.account_id == payment.account_id,
        Receipt.source == ReceiptSource.CAPTURE,
        Receipt.currency == payment.currency,
        Receipt.received_at < payment.received_at,
        Receipt.id.not_in(select(Dispute.receipt_id)),
    )
    latest_first = before.order_by(Receipt.received_at.desc(), Receipt.id.desc()).limit(EARLIER_PAYMENTS_MAX)
    return tuple(payment_facts(each, each.allocated_minor, letterhead) for each in session.scalars(latest_first))
