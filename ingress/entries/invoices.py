"""Bills, how they are paid, and what was paid."""

from billing.invoices.queries import show_invoice
from billing.receipts.queries import show_receipt
from ingress.acceptance import Acceptance
from ingress.bodies import read_body
from ingress.entries.entry import Answers, Asks, Entry, Form, HandsOut, Says, ShowsOne
from ingress.limits.failures import Failures
from ingress.queries.invoices import InvoiceFilter, invoice_pdf, invoices
from ingress.queries.payments import PaymentFilter, payment, payments
from ingress.queries.receipts import ReceiptFilter, receipts
from schemas.commands.invoices import CreateInvoice, VoidInvoice
from schemas.commands.payments import PayInvoice, SendInvoice

ROOT = "/v1/billing/invoices/"
ONE = f"{ROOT}{{id:uuid}}/"
RECEIPTS = "/v1/billing/receipts/"
PAYMENTS = "/v1/billing/payments/"
HOLDER = "whoever has the link"
HTML = "text/html"
UNKNOWN = "There is no invoice under this address"
SEEN = Form(media_type=HTML, others={404: UNKNOWN}, parts=(Failures,))
PRESSED = Form(
    takes="application/x-www-form-urlencoded",
    media_type=HTML,
    others={303: "To the page of the gateway", 404: UNKNOWN, 503: "The page could not be opened just now"},
    parts=(read_body, Acceptance, Failures),
)

ENTRIES = (
    Entry("GET", ROOT, Asks("invoices:read", InvoiceFilter, invoices)),
    Entry("GET", ONE, ShowsOne("invoices:read", show_invoice, "invoice_id")),
    Entry("POST", f"{ONE}pay/", Says(PayInvoice, "invoice_id")),
    Entry("POST", f"{ONE}send/", Says(SendInvoice, "invoice_id")),
    Entry("GET", f"{ONE}pdf/", HandsOut("invoices:read", invoice_pdf, "invoice_id")),
    Entry("POST", "/v1/admin/invoices/create/", Says(CreateInvoice)),
    Entry("POST", "/v1/admin/invoices/{id:uuid}/void/", Says(VoidInvoice, "invoice_id")),
    Entry("GET", RECEIPTS, Asks("payments:read", ReceiptFilter, receipts)),
    Entry("GET", f"{RECEIPTS}{{id:uuid}}/", ShowsOne("payments:read", show_receipt, "receipt_id")),
    Entry("GET", PAYMENTS, Asks("payments:read", PaymentFilter, payments)),
    Entry("GET", f"{PAYMENTS}{{id:uuid}}/", ShowsOne("payments:read", payment, "attempt_id")),
    Entry(
        "GET", "/pay/{token}/", Answers("what is owed", lambda parts: parts.pay_page.show, callers=HOLDER, form=SEEN)
    ),
    Entry(
        "POST",
        "/pay/{token}/",
        Answers("a button to pay it", lambda parts: parts.pay_page.pay, callers=HOLDER, form=PRESSED),
    ),
)
