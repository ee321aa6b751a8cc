"""What customers say that they paid, and what people decide about it."""

from billing.manual_payments.queries import show_claim, show_manual_payment
from billing.statements.queries import show_line
from ingress.entries.entry import Asks, Entry, HandsOut, Says, ShowsOne
from ingress.queries.manual_payments import (
    ENDINGS,
    ClaimFilter,
    ManualPaymentFilter,
    claims,
    manual_payments,
    proof_file,
)
from ingress.queries.statements import StatementLineFilter, statement_lines
from schemas.commands.manual_payments import (
    ApprovePayment,
    AttachPaymentProof,
    RejectPayment,
    StartManualPayment,
    SubmitPaymentClaim,
    WithdrawPaymentClaim,
)

MANUAL = "/v1/billing/manual-payments/"
CLAIMS = "/v1/billing/payment-claims/"
CLAIM = f"{CLAIMS}{{id:uuid}}/"
LINES = "/v1/admin/statement-lines/"

ENTRIES = (
    Entry("GET", MANUAL, Asks("payments:read", ManualPaymentFilter, manual_payments)),
    Entry("POST", MANUAL, Says(StartManualPayment)),
    Entry("GET", f"{MANUAL}{{id:uuid}}/", ShowsOne("payments:read", show_manual_payment, "invoice_id")),
    Entry("GET", CLAIMS, Asks("payments:read", ClaimFilter, claims)),
    Entry("POST", CLAIMS, Says(SubmitPaymentClaim)),
    Entry("GET", CLAIM, ShowsOne("payments:read", show_claim, "claim_id")),
    Entry("GET", f"{CLAIM}proof/", HandsOut("payments:read", proof_file, "claim_id", media_types=tuple(ENDINGS))),
    Entry("POST", f"{CLAIM}proof/", Says(AttachPaymentProof, "claim_id")),
    Entry("POST", f"{CLAIM}withdraw/", Says(WithdrawPaymentClaim, "claim_id")),
    Entry("POST", "/v1/admin/payments/{id:uuid}/approve/", Says(ApprovePayment, "claim_id")),
    Entry("POST", "/v1/admin/payments/{id:uuid}/reject/", Says(RejectPayment, "claim_id")),
    Entry("GET", LINES, Asks("statements:read", StatementLineFilter, statement_lines)),
    Entry("GET", f"{LINES}{{id:uuid}}/", ShowsOne("statements:read", show_line)),
)
