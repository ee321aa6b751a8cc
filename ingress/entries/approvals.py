"""What waits for a second person, and what that one decides."""

from billing.approvals.queries import show_approval
from ingress.entries.entry import Asks, Entry, Says, ShowsOne
from ingress.queries.approvals import ApprovalFilter, approvals
from schemas.commands.approvals import ApproveOperation, RefuseOperation
from schemas.commands.credits import AdjustCredits
from schemas.commands.refunds import WriteOffInvoice

ROOT = "/v1/admin/approvals/"
ONE = f"{ROOT}{{id:uuid}}/"

ENTRIES = (
    Entry("GET", ROOT, Asks("approvals:read", ApprovalFilter, approvals)),
    Entry("GET", ONE, ShowsOne("approvals:read", show_approval)),
    Entry("POST", f"{ONE}approve/", Says(ApproveOperation, "approval_id")),
    Entry("POST", f"{ONE}reject/", Says(RefuseOperation, "approval_id")),
    Entry("POST", "/v1/admin/accounts/{id:uuid}/credits/", Says(AdjustCredits, "account_id")),
    Entry("POST", "/v1/admin/invoices/{id:uuid}/write-off/", Says(WriteOffInvoice, "invoice_id")),
)
