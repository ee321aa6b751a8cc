"""Payments: what customers say that they paid, money that came, what was asked for at gateways, and what went back."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.manual_payments.queries import show_claim
from billing.manual_payments.tables import ClaimStatus
from billing.payments.tables import AttemptStatus
from billing.receipts.queries import show_receipt
from billing.receipts.tables import ReceiptSource
from billing.refunds.queries import show_refund
from billing.refunds.tables import RefundStatus
from ingress.queries.manual_payments import ClaimFilter, claims, proof_file
from ingress.queries.payments import PaymentFilter, payment, payments
from ingress.queries.receipts import ReceiptFilter, receipts
from ingress.queries.refunds import RefundFilter, refunds
from portal.console.lists import Listed
from portal.console.showing import Content, Look
from portal.console.thing import File, Thing
from schemas.commands.manual_payments import ApprovePayment
from schemas.commands.refunds import RefundPayment
from schemas.views.payments import PaymentView
from schemas.views.receipts import ReceiptView

READS = "payments:read"
ROOT = "/admin/payments"
OF_MONEY = ("account_id", "currency", "created_from", "created_until")
SORTS = {
    "-created": "newest first", "created": "oldest first", "-amount": "largest first", "amount": "smallest first",
}  # fmt: skip
TO_DECIDE = (ClaimStatus.SUBMITTED, ClaimStatus.AWAITING_SECOND)

LISTS = (
    Listed(
        ROOT, "console/claims.html", READS, ClaimFilter, claims, ("status", "invoice_id", *OF_MONEY),
        {"sorts": SORTS, "statuses": [str(each) for each in ClaimStatus]},
        columns=(
            "invoice_number", "status", "method", "reference", "paid_on", "currency", "amount_minor", "seen_minor",
            "account_id", "submitted_by", "decided_by", "decided_at", "created_at", "id",
        ),
    ),
    Listed(
        f"{ROOT}/received", "console/receipts.html", READS, ReceiptFilter, receipts,
        ("source", "gateway", "needs_a_look", *OF_MONEY),
        {"sorts": SORTS, "sources": [str(each) for each in ReceiptSource]},
        columns=(
            "received_at", "source", "gateway", "reference", "currency", "amount_minor", "allocated_minor",
            "kept_minor", "remark", "account_id", "id",
        ),
    ),
    Listed(
        f"{ROOT}/at-gateways", "console/attempts.html", READS, PaymentFilter, payments,
        ("status", "gateway", "invoice_id", *OF_MONEY),
        {"sorts": SORTS, "statuses": [str(each) for each in AttemptStatus]},
        columns=(
            "created_at", "captured_at", "status", "kind", "gateway", "currency", "amount_minor", "failure_code",
            "invoice_id", "account_id", "receipt_id", "id",
        ),
    ),
    Listed(
        f"{ROOT}/refunds", "console/refunds.html", READS, RefundFilter, refunds, ("status", "payment_id", *OF_MONEY),
        {"sorts": SORTS, "statuses": [str(each) for each in RefundStatus]},
        columns=(
            "created_at", "status", "gateway", "reference", "currency", "amount_minor", "kept_minor", "reason", "note",
            "requested_by", "paid_out_by", "paid_out_on", "payment_id", "account_id", "id",
        ),
    ),
)  # fmt: skip


def _beside_receipt(look: Look, found: ReceiptView) -> Content:
    asked = RefundFilter.model_validate({"payment_id": found.id, "limit": "100"})
    return {"refunds": refunds(look.session, asked).data, "refunds_by": RefundPayment.permission}


def _attempt(session: Session, attempt_id: UUID) -> PaymentView:
    return payment(session, attempt_id)


THINGS = (
    Thing(
        f"{ROOT}/claims/{{id}}", "console/claim.html", READS, show_claim, "claim_id",
        lambda look, found: {"decides": ApprovePayment.permission, "to_decide": TO_DECIDE},
    ),
    Thing(f"{ROOT}/received/{{id}}", "console/receipt.html", READS, show_receipt, "receipt_id", _beside_receipt),
    Thing(f"{ROOT}/at-gateways/{{id}}", "console/attempt.html", READS, _attempt, "attempt_id"),
    Thing(f"{ROOT}/refunds/{{id}}", "console/refund.html", READS, show_refund, "refund_id"),
)  # fmt: skip
FILES = (File(f"{ROOT}/claims/{{id}}/proof", READS, proof_file, "claim_id"),)
