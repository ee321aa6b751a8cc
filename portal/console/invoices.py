"""Invoices of all accounts: searched, looked at, sent again, taken back."""

from collections.abc import Callable, Mapping
from uuid import UUID

from billing.invoices.queries import show_invoice
from billing.invoices.tables import InvoiceStatus
from ingress.queries.invoices import InvoiceFilter, invoice_pdf, invoices
from ingress.queries.payments import PaymentFilter, payments
from portal.console.asking import Deed, Told
from portal.console.facts import Fact
from portal.console.fields import Field
from portal.console.lists import Listed
from portal.console.named import Names, names_in
from portal.console.several import CHOSEN, Several
from portal.console.showing import Content, Look
from portal.console.thing import File, Thing
from schemas.commands.invoices import CreateInvoice, VoidInvoice
from schemas.commands.payments import SendInvoice
from schemas.commands.refunds import WriteOffInvoice
from schemas.views.invoices import InvoiceView

READS = "invoices:read"
ROOT = "/admin/invoices"
ONE = f"{ROOT}/{{id}}"
SORTS = {
    "-created": "newest first", "created": "oldest first", "-amount": "largest first", "amount": "smallest first",
    "-due": "latest due first", "due": "first due first", "-number": "by number, from the last on",
}  # fmt: skip
ASKED = (
    "number", "status", "account_id", "subscription_id", "currency", "created_from", "created_until", "due_from",
    "due_until",
)  # fmt: skip


def _beside(look: Look, found: InvoiceView) -> Content:
    """The payments that were asked for, for who may see them."""
    asked = PaymentFilter.model_validate({"invoice_id": found.id, "limit": "50"})
    may_see = look.colleague.may("payments:read")
    return {
        "payments": payments(look.session, asked).data if may_see else [],
        "sends": SendInvoice.permission,
        "voids": VoidInvoice.permission,
        "writes_off": WriteOffInvoice.permission,
    }


def _alone(look: Look, invoice_id: UUID, told: Callable[[InvoiceView, Names], Told]) -> Told:
    found = look.at(READS, lambda session: show_invoice(session, invoice_id), {"invoice_id": invoice_id})
    return told(found, names_in(look.session, [found]))


def _told(found: InvoiceView, names: Names, why_not_of: Mapping[InvoiceStatus, str]) -> Told:
    facts = [
        Fact("Invoice", found.number or "", href=ONE.format(id=found.id)),
        Fact("Account", names.get(found.account_id, ""), href=f"/admin/accounts/{found.account_id}"),
        Fact("Status", found.status),
        Fact("Total", minor=found.total_minor, currency=found.currency),
    ]
    return Told(facts, why_not=why_not_of.get(InvoiceStatus(found.status), ""))


def _to_send(found: InvoiceView, names: Names) -> Told:
    return _told(found, names, {InvoiceStatus.DRAFT: "A draft is sent to nobody."})


def _to_take_back(found: InvoiceView, names: Names) -> Told:
    said = {
        InvoiceStatus.DRAFT: "A draft has no number yet.",
        InvoiceStatus.PAID: "It is paid: give the payment back instead.",
        InvoiceStatus.VOID: "It is void already.",
    }
    return _told(found, names, said)


LISTS = (
    Listed(
        ROOT, "console/invoices.html", READS, InvoiceFilter, invoices, ASKED,
        {"sorts": SORTS, "statuses": [str(each) for each in InvoiceStatus], "bills": CreateInvoice.permission,
         "sends": SendInvoice.permission, "voids": VoidInvoice.permission, "chosen": CHOSEN},
        columns=(
            "number", "status", "reason", "account_id", "issued_at", "due_at", "paid_at", "currency", "subtotal_minor",
            "tax_minor", "total_minor", "due_minor", "id",
        ),
    ),
)  # fmt: skip
THINGS = (Thing(ONE, "console/invoice.html", READS, show_invoice, "invoice_id", _beside),)
FILES = (File(f"{ONE}/pdf", READS, invoice_pdf, "invoice_id"),)
SEND = Deed(
    path=f"{ONE}/send",
    command=SendInvoice,
    about="invoice_id",
    reads=READS,
    read=lambda look, row_id: _alone(look, row_id, _to_send),
    title="Send the invoice",
    button="Send it",
    back=ONE,
    says=("It is mailed with its PDF to the account's billing address, once an hour at most.",),
)
VOID = Deed(
    path=f"{ONE}/void",
    command=VoidInvoice,
    about="invoice_id",
    reads=READS,
    read=lambda look, row_id: _alone(look, row_id, _to_take_back),
    title="Take the invoice back",
    button="Take it back",
    back=ONE,
    is_danger=True,
    says=(
        "Nobody owes it any more; it keeps its number, and what had paid a part of it is kept for the account.",
        "Above the limit of one person somebody else has to approve it.",
    ),
    fields=(Field("reason", "Why"),),
)
WRITE_OFF = Deed(
    path=f"{ONE}/write-off",
    command=WriteOffInvoice,
    about="invoice_id",
    reads=READS,
    read=lambda look, row_id: _alone(look, row_id, _to_take_back),
    title="Write the invoice off",
    button="Write it off",
    back=ONE,
    is_danger=True,
    says=(
        "Nobody is asked for it any more; it may still be paid.",
        "Above the limit of one person somebody else has to approve it.",
    ),
    fields=(Field("reason", "Why"),),
)
DEEDS = (SEND, VOID, WRITE_OFF)
SEVERAL = (
    Several(f"{ROOT}/several/send", "Send invoices", "Send them", SEND, show_invoice, _to_send, ROOT),
    Several(f"{ROOT}/several/void", "Take invoices back", "Take them back", VOID, show_invoice, _to_take_back, ROOT),
)
