"""Reads of invoices."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.errors import Rejected
from billing.invoices.attach_document import PDF, UNPAID_PDF
from billing.invoices.tables import Invoice, InvoiceDocument, InvoiceLine, InvoiceStatus, LineKind
from billing.tax.decision import TaxDecision, TaxReason
from database.among import is_among
from database.pages import FIRST_PAGE, Between, Paging, in_order, narrowed
from schemas.views.base import Page
from schemas.views.invoices import InvoiceLineView, InvoiceView

ORDERS = {
    "created": Invoice.created_at,
    "issued": Invoice.issued_at,
    "due": Invoice.due_at,
    "amount": Invoice.total_minor,
    "number": Invoice.number,
}


def get_invoice(session: Session, invoice_id: UUID) -> Invoice:
    """The invoice; raises Rejected `invoice_not_found`."""
    invoice = session.get(Invoice, invoice_id)
    if invoice is None:
        raise Rejected("invoice_not_found", f"There is no invoice {invoice_id}.", status=404)
    return invoice


def get_invoice_by_number(session: Session, number: str) -> Invoice:
    """The same by its number."""
    invoice = session.scalar(select(Invoice).where(Invoice.number == number))
    if invoice is None:
        raise Rejected("invoice_not_found", f"There is no invoice {number}.", status=404)
    return invoice


def list_lines(session: Session, invoice_id: UUID) -> Sequence[InvoiceLine]:
    """The invoice's lines in order."""
    lines = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id)
    return session.scalars(lines.order_by(InvoiceLine.position)).all()


def lines_with_credits(session: Session, invoice_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """The lines of these invoices that grant credits when paid, each as (line, invoice)."""
    granting = select(InvoiceLine.id, InvoiceLine.invoice_id)
    wanted = granting.where(InvoiceLine.invoice_id.in_(invoice_ids), InvoiceLine.credits > 0)
    return [(line_id, invoice_id) for line_id, invoice_id in session.execute(wanted)]


def find_pdf(session: Session, invoice_id: UUID) -> bytes | None:
    """The stored PDF, that of the paid invoice before that of the unpaid one; None as long as there is none."""
    stored = select(InvoiceDocument.content).where(
        InvoiceDocument.invoice_id == invoice_id, InvoiceDocument.kind.in_((PDF, UNPAID_PDF))
    )
    return session.scalar(stored.order_by(InvoiceDocument.kind != PDF).limit(1))


def paper_made_at(session: Session, invoice_id: UUID) -> datetime | None:
    """When its first paper was made; None as long as there is none."""
    made = select(func.min(InvoiceDocument.created_at)).where(InvoiceDocument.invoice_id == invoice_id)
    return session.scalar(made)


def get_pdf(session: Session, invoice_id: UUID) -> bytes:
    """The stored PDF; raises Rejected `invoice_not_found` or `pdf_not_ready`."""
    content = find_pdf(session, invoice_id)
    if content is None:
        get_invoice(session, invoice_id)
        raise Rejected("pdf_not_ready", "The PDF of this invoice is not rendered yet.", status=404)
    return content


def list_invoices(
    session: Session,
    paging: Paging = FIRST_PAGE,
    *,
    account_id: UUID | None = None,
    status: InvoiceStatus | None = None,
    number: str | None = None,
    subscription_id: UUID | None = None,
    currency: str | None = None,
    created: Between | None = None,
    issued: Between | None = None,
    due: Between | None = None,
    amount: Between | None = None,
) -> Page[InvoiceView]:
    """A page of invoices, ordered as `ORDERS` names it; `amount` is of their totals."""
    query = narrowed(
        select(Invoice),
        (Invoice.account_id, account_id),
        (Invoice.status, status),
        (Invoice.number, number),
        (Invoice.subscription_id, subscription_id),
        (Invoice.currency, currency),
        (Invoice.created_at, created),
        (Invoice.issued_at, issued),
        (Invoice.due_at, due),
        (Invoice.total_minor, amount),
    )
    page, cursor = in_order(session, query, Invoice, paging, ORDERS)
    return Page(data=view_invoices(session, page), next_cursor=cursor)


def show_invoice(session: Session, invoice_id: UUID) -> InvoiceView:
    """One invoice with its lines; raises Rejected `invoice_not_found`."""
    invoice = get_invoice(session, invoice_id)
    view = view_invoice(invoice, bool(_rendered(session, [invoice_id])))
    return view.model_copy(update={"lines": [_view_line(line) for line in list_lines(session, invoice_id)]})


def has_open_invoice(session: Session, subscription_id: UUID, *, besides: UUID | None = None) -> bool:
    """Whether an issued invoice of the subscription, besides the given one, waits for its payment."""
    open_ones = select(Invoice.id).where(
        Invoice.subscription_id == subscription_id,
        Invoice.status == InvoiceStatus.PENDING,
        Invoice.id.is_distinct_from(besides),
    )
    return session.scalar(open_ones.limit(1)) is not None


def has_disputed_invoice(session: Session, subscription_id: UUID, after: datetime) -> bool:
    """Whether what paid for a time after an instant is contested, or charged back and not paid since."""
    is_charged_back = and_(Invoice.status == InvoiceStatus.UNCOLLECTIBLE, Invoice.charged_back_minor > 0)
    disputed = (
        select(Invoice.id)
        .join(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
        .where(
            Invoice.subscription_id == subscription_id,
            InvoiceLine.period_end > after,
            or_(Invoice.contested_minor > 0, is_charged_back),
        )
    )
    return session.scalar(disputed.limit(1)) is not None


def last_tax(session: Session, subscription_id: UUID) -> TaxDecision | None:
    """The tax on what was charged last; None when nothing was."""
    charged = (
        select(InvoiceLine.tax_name, InvoiceLine.tax_rate_ppm, Invoice.number)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(
            Invoice.subscription_id == subscription_id,
            Invoice.status == InvoiceStatus.PAID,
            InvoiceLine.kind == LineKind.CHARGE,
        )
    )
    row = session.execute(charged.order_by(Invoice.id.desc()).limit(1)).one_or_none()
    return TaxDecision(row.tax_name, row.tax_rate_ppm, TaxReason.AS_CHARGED, row.number) if row else None


def last_taxed_day(session: Session, country: str) -> date | None:
    """The last UTC day on which an invoice was issued to this country; None when none was.

    Test clocks are left out: what was tried out on them binds nobody.
    """
    issued = select(func.max(Invoice.issued_at)).join(Account, Account.id == Invoice.account_id)
    last = session.scalar(issued.where(Invoice.buyer["country"].astext == country, Account.clock_id.is_(None)))
    return last.date() if last else None


def view_invoices(session: Session, invoices: Sequence[Invoice]) -> list[InvoiceView]:
    """Invoices as the API lists them, in the same order."""
    rendered = _rendered(session, [invoice.id for invoice in invoices])
    return [view_invoice(invoice, invoice.id in rendered) for invoice in invoices]


def view_invoice(invoice: Invoice, rendered: bool) -> InvoiceView:
    """An invoice as the API shows it, without lines."""
    return InvoiceView(
        id=invoice.id,
        account_id=invoice.account_id,
        subscription_id=invoice.subscription_id,
        reason=str(invoice.reason),
        number=invoice.number,
        status=str(invoice.status),
        currency=invoice.currency,
        subtotal_minor=invoice.subtotal_minor,
        tax_minor=invoice.tax_minor,
        total_minor=invoice.total_minor,
        balance_used_minor=invoice.balance_used_minor,
        carried_over_minor=invoice.carried_over_minor,
        due_minor=invoice.due_minor,
        created_at=invoice.created_at,
        issued_at=invoice.issued_at,
        due_at=invoice.due_at,
        paid_at=invoice.paid_at,
        pdf=f"/v1/billing/invoices/{invoice.id}/pdf/" if rendered else None,
    )


def _rendered(session: Session, invoice_ids: Sequence[UUID]) -> set[UUID]:
    documents = select(InvoiceDocument.invoice_id).where(
        is_among(InvoiceDocument.invoice_id, invoice_ids), InvoiceDocument.kind.in_((PDF, UNPAID_PDF))
    )
    return set(session.scalars(documents))


def _view_line(line: InvoiceLine) -> InvoiceLineView:
    return InvoiceLineView(
        description=line.description,
        quantity=line.quantity,
        unit_minor=line.unit_minor,
        net_minor=line.net_minor,
        tax_name=line.tax_name,
        tax_rate_ppm=line.tax_rate_ppm,
        tax_minor=line.tax_minor,
    )
