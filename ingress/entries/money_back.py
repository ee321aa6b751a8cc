"""Money that goes back: for the company's own people, but for the reads."""

from billing.credit_notes.queries import show_credit_note
from billing.disputes.queries import show_dispute
from billing.refunds.queries import show_refund
from ingress.entries.entry import Asks, Entry, HandsOut, Says, ShowsOne
from ingress.queries.disputes import DisputeFilter, disputes, evidence_pdf
from ingress.queries.refunds import CreditNoteFilter, RefundFilter, credit_note_pdf, credit_notes, refunds
from schemas.commands.credits import SetCreditDebtMax
from schemas.commands.refunds import CreditInvoice, RefundPayment

DISPUTES = "/v1/billing/disputes/"
REFUNDS = "/v1/billing/refunds/"
NOTES = "/v1/billing/credit-notes/"

ENTRIES = (
    Entry("POST", "/v1/admin/payments/{id:uuid}/refund/", Says(RefundPayment, "payment_id")),
    Entry("POST", "/v1/admin/invoices/{id:uuid}/credit/", Says(CreditInvoice, "invoice_id")),
    Entry("POST", "/v1/admin/accounts/{id:uuid}/credit-debt-max/", Says(SetCreditDebtMax, "account_id")),
    Entry("GET", DISPUTES, Asks("disputes:read", DisputeFilter, disputes)),
    Entry("GET", f"{DISPUTES}{{id:uuid}}/", ShowsOne("disputes:read", show_dispute, "dispute_id")),
    Entry("GET", f"{DISPUTES}{{id:uuid}}/evidence.pdf/", HandsOut("disputes:read", evidence_pdf, "dispute_id")),
    Entry("GET", REFUNDS, Asks("payments:read", RefundFilter, refunds)),
    Entry("GET", f"{REFUNDS}{{id:uuid}}/", ShowsOne("payments:read", show_refund, "refund_id")),
    Entry("GET", NOTES, Asks("invoices:read", CreditNoteFilter, credit_notes)),
    Entry("GET", f"{NOTES}{{id:uuid}}/", ShowsOne("invoices:read", show_credit_note, "credit_note_id")),
    Entry("GET", f"{NOTES}{{id:uuid}}/pdf/", HandsOut("invoices:read", credit_note_pdf, "credit_note_id")),
)
