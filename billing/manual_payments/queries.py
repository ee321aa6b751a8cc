"""Reads of claims, and their lock: under that of the invoice."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.errors import Rejected
from billing.invoices.queries import get_invoice
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.manual_payments.reference import reference_of
from billing.manual_payments.rules import fingerprint_of, may_be_same, told_by
from billing.manual_payments.tables import ApprovalLimit, ClaimStatus, ManualPayment, PaymentClaim, PaymentProof
from billing.payment_methods.tables import ManualMethod
from billing.subscriptions.queries import lock_in_order
from database.among import is_among
from database.pages import FIRST_PAGE, Between, Paging, in_order, narrowed, newest_first
from schemas.views.base import Page
from schemas.views.manual_payments import ManualPaymentView, OtherClaimView, PaymentClaimView

WAITING = (ClaimStatus.SUBMITTED, ClaimStatus.AWAITING_SECOND)
# nobody has said that the money did not come
STANDING = (ClaimStatus.APPROVED, *WAITING)

# whoever decides does so within days, and before what a claim holds ends all the same (`hold.TIME_TO_DECIDE`)
UNDECIDED_FOR = timedelta(days=2)
ORDERS = {"created": PaymentClaim.created_at, "amount": PaymentClaim.amount_minor}
IS_UNDECIDED = and_(PaymentClaim.status.in_(WAITING), PaymentClaim.created_at < func.now() - UNDECIDED_FOR)


class LockedClaim(NamedTuple):
    """A claim and the invoice that it names, both locked, and what else is claimed to have paid that."""

    claim: PaymentClaim
    invoice: Invoice
    others: Sequence[PaymentClaim]


def get_claim(session: Session, claim_id: UUID) -> PaymentClaim:
    """The claim; raises Rejected `claim_not_found`."""
    claim = session.get(PaymentClaim, claim_id)
    if claim is None:
        raise Rejected("claim_not_found", f"There is no claim {claim_id}.", status=404)
    return claim


def lock_claim(session: Session, claim_id: UUID) -> PaymentClaim:
    """The claim, nobody else's until commit; raises Rejected `claim_not_found`."""
    get_claim(session, claim_id)
    return session.get_one(PaymentClaim, claim_id, with_for_update=True, populate_existing=True)


def lock_with_invoice(session: Session, claim_id: UUID) -> LockedClaim:
    """With the invoice, and first of all the subscription of that; raises Rejected `claim_not_found`."""
    invoice = lock_to_pay(session, get_claim(session, claim_id).invoice_id)
    claim = lock_claim(session, claim_id)
    return LockedClaim(claim, invoice, others_of(session, claim, invoice))


def lock_to_pay(session: Session, invoice_id: UUID) -> Invoice:
    """An invoice that money came for, and first of all its account, then its subscription.

    So nobody else says meanwhile that money of the account came. Raises Rejected `invoice_not_found`.
    """
    lock_account(session, get_invoice(session, invoice_id).account_id)
    lock_in_order(session, select(Invoice.subscription_id).where(Invoice.id == invoice_id))
    invoice = session.get(Invoice, invoice_id, with_for_update=True, populate_existing=True)
    if invoice is None:
        raise Rejected("invoice_not_found", f"There is no invoice {invoice_id}.", status=404)
    return invoice


def standing_claims(session: Session, invoices: Iterable[Invoice]) -> Sequence[PaymentClaim]:
    """What the accounts of these invoices are said to have paid past every gateway, and what names one of these.

    Not what was denied; oldest first, as it is now. Whoever is about to say that money came has to know it: one payment
    may be told by its customer and by the bank, or for two invoices.
    """
    issued = [(invoice.account_id, reference_of(invoice.number)) for invoice in invoices if invoice.number]
    of_account = PaymentClaim.account_id.in_({account_id for account_id, _ in issued})
    found = select(PaymentClaim).where(
        of_account | PaymentClaim.paid_as.in_([reference for _, reference in issued]),
        PaymentClaim.status.in_(STANDING),
    )
    in_order = found.order_by(PaymentClaim.created_at, PaymentClaim.id)
    return session.scalars(in_order.execution_options(populate_existing=True)).all()


def others_of(session: Session, claim: PaymentClaim, invoice: Invoice) -> list[PaymentClaim]:
    """The same of the invoice of one claim, but for that; of other invoices what may be its money, too."""
    return _others(claim, standing_claims(session, [invoice]))


def method_of(session: Session, invoice_id: UUID) -> ManualMethod | None:
    """The way past every gateway that was chosen for an invoice, if one was."""
    chosen = session.get(ManualPayment, invoice_id)
    return chosen.method if chosen else None


def show_manual_payment(session: Session, invoice_id: UUID) -> ManualPaymentView:
    """How an invoice is to be paid; raises Rejected `manual_payment_not_found` where no such way was chosen."""
    chosen = session.get(ManualPayment, invoice_id, populate_existing=True)
    if chosen is None:
        raise Rejected("manual_payment_not_found", f"Invoice {invoice_id} is not paid by hand.", status=404)
    return _view_chosen(chosen, get_invoice(session, invoice_id))


def list_manual_payments(
    session: Session,
    paging: Paging = FIRST_PAGE,
    *,
    account_id: UUID | None = None,
    status: InvoiceStatus | None = None,
    method: ManualMethod | None = None,
    created: Between | None = None,
) -> Page[ManualPaymentView]:
    """A page of the invoices that are paid by hand, by their age; `status` is that of the invoice."""
    query = narrowed(
        select(Invoice).join(ManualPayment, ManualPayment.invoice_id == Invoice.id),
        (Invoice.account_id, account_id),
        (Invoice.status, status),
        (ManualPayment.method, method),
        (Invoice.created_at, created),
    )
    page, cursor = newest_first(session, query, Invoice, paging)
    chosen = session.scalars(select(ManualPayment).where(is_among(ManualPayment.invoice_id, [row.id for row in page])))
    of_invoice = {row.invoice_id: row for row in chosen}
    return Page(data=[_view_chosen(of_invoice[row.id], row) for row in page], next_cursor=cursor)


def _view_chosen(chosen: ManualPayment, invoice: Invoice) -> ManualPaymentView:
    return ManualPaymentView(
        invoice_id=invoice.id,
        invoice_number=invoice.number or "",
        status=str(invoice.status),
        method=str(chosen.method),
        reference=reference_of(invoice.number or ""),
        left_minor=invoice.left_minor,
        currency=invoice.currency,
        due_at=invoice.due_at,
    )


def get_proof(session: Session, claim_id: UUID) -> PaymentProof:
    """The file as it came; raises Rejected `claim_not_found` or `proof_not_found`."""
    get_claim(session, claim_id)
    proof = session.get(PaymentProof, claim_id)
    if proof is None:
        raise Rejected("proof_not_found", "This claim has no proof.", status=404)
    return proof


def limit_of(session: Session, currency: str) -> int | None:
    """Above how much of a currency a second person has to approve, in its minor units; None where one is enough."""
    return session.scalar(select(ApprovalLimit.limit_minor).where(ApprovalLimit.currency == currency))


def show_claim(session: Session, claim_id: UUID) -> PaymentClaimView:
    """One claim as the API shows it; raises Rejected `claim_not_found`."""
    return view_claim(session, get_claim(session, claim_id))


def view_claim(session: Session, claim: PaymentClaim) -> PaymentClaimView:
    """A claim as the API shows it, beside its invoice and the other claims as they are now."""
    invoice = get_invoice(session, claim.invoice_id)
    return _view(claim, invoice, others_of(session, claim, invoice))


def count_undecided(session: Session) -> int:
    """How many claims wait for a person for too long."""
    return session.scalars(select(func.count()).select_from(PaymentClaim).where(IS_UNDECIDED)).one()


def list_claims(
    session: Session,
    paging: Paging = FIRST_PAGE,
    *,
    account_id: UUID | None = None,
    invoice_id: UUID | None = None,
    status: ClaimStatus | None = None,
    currency: str | None = None,
    created: Between | None = None,
    amount: Between | None = None,
) -> Page[PaymentClaimView]:
    """A page of claims, ordered as `ORDERS` names it."""
    query = narrowed(
        select(PaymentClaim),
        (PaymentClaim.account_id, account_id),
        (PaymentClaim.invoice_id, invoice_id),
        (PaymentClaim.status, status),
        (PaymentClaim.currency, currency),
        (PaymentClaim.created_at, created),
        (PaymentClaim.amount_minor, amount),
    )
    page, cursor = in_order(session, query, PaymentClaim, paging, ORDERS)
    invoices = select(Invoice).where(Invoice.id.in_([claim.invoice_id for claim in page]))
    found = {invoice.id: invoice for invoice in session.scalars(invoices)}
    standing = standing_claims(session, found.values())
    return Page(
        data=[_view(claim, found[claim.invoice_id], _others(claim, standing)) for claim in page], next_cursor=cursor
    )


def _others(claim: PaymentClaim, standing: Sequence[PaymentClaim]) -> list[PaymentClaim]:
    told = told_by(claim)
    return [
        other
        for other in standing
        if other.id != claim.id and (other.invoice_id == claim.invoice_id or may_be_same(told, told_by(other)))
    ]


def _view(claim: PaymentClaim, invoice: Invoice, others: Sequence[PaymentClaim]) -> PaymentClaimView:
    return PaymentClaimView(
        id=claim.id,
        account_id=claim.account_id,
        invoice_id=claim.invoice_id,
        invoice_number=invoice.number or "",
        invoice_status=str(invoice.status),
        invoice_currency=invoice.currency,
        invoice_left_minor=invoice.left_minor,
        method=str(claim.method),
        reference=claim.paid_as,
        amount_minor=claim.amount_minor,
        currency=claim.currency,
        paid_on=claim.paid_on,
        proof=f"/v1/billing/payment-claims/{claim.id}/proof/" if claim.proof_sha256 else None,
        status=str(claim.status),
        submitted_by=claim.submitted_by,
        first_approved_by=claim.first_approved_by,
        decided_by=claim.decided_by,
        decided_at=claim.decided_at,
        reject_reason=claim.reject_reason,
        payment_id=claim.receipt_id,
        seen_minor=claim.seen_minor,
        others=[_other(other, claim) for other in others],
        fingerprint=fingerprint_of(claim, invoice, others),
        created_at=claim.created_at,
    )


def _other(other: PaymentClaim, claim: PaymentClaim) -> OtherClaimView:
    return OtherClaimView(
        id=other.id,
        invoice_id=other.invoice_id,
        reference=other.paid_as,
        method=str(other.method),
        amount_minor=other.amount_minor,
        currency=other.currency,
        paid_on=other.paid_on,
        status=str(other.status),
        seen_minor=other.seen_minor,
        may_be_the_same=may_be_same(told_by(claim), told_by(other)),
    )
