"""Issue a draft: say what is owed, and give it its number."""

from datetime import date, datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.accounts.tables import Account
from billing.invoices.rules import check_transition, number_in
from billing.invoices.tables import Invoice, InvoiceCounter, InvoiceStatus
from billing.ledger.post import Movement, Side
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money

TAKE_NUMBER = (
    insert(InvoiceCounter)
    .on_conflict_do_update(index_elements=["month"], set_={"last_number": InvoiceCounter.last_number + 1})
    .returning(InvoiceCounter.last_number)
)


def issue_invoice(session: Session, invoice: Invoice, due_at: datetime, now: datetime) -> Movement:
    """Freeze the buyer as of now and return what is owed, for the caller to post with whatever else moves.

    The caller also gives the number, with `number_invoice`, last of all. The caller holds the invoice's row lock.
    Raises Rejected `invoice_state` when it is not a draft.
    """
    check_transition(invoice.status, InvoiceStatus.PENDING)
    invoice.status = InvoiceStatus.PENDING
    invoice.buyer = _snapshot(get_account(session, invoice.account_id))
    invoice.issued_at, invoice.due_at = now, due_at
    return _owed(invoice)


def number_invoice(session: Session, invoice: Invoice) -> None:
    """Take the next number of the month of issue (UTC).

    The month's counter stays locked until commit, so a rolled-back issue gives its number back, and everybody else who
    issues waits: call this when nothing else is left to do. The database refuses to commit an issue without a number.
    """
    if invoice.issued_at is None:
        raise ValueError("only an issued invoice is numbered")
    month = invoice.issued_at.date().replace(day=1)
    invoice.number = number_in(month, _take_number(session, month))


def _take_number(session: Session, month: date) -> int:
    taken = session.connection().execute(TAKE_NUMBER, {"month": month, "last_number": 1})
    return int(taken.scalar_one())


def _owed(invoice: Invoice) -> Movement:
    sides = (
        Side(LedgerAccount.RECEIVABLE, Money(invoice.total_minor, invoice.currency)),
        Side(LedgerAccount.DEFERRED_REVENUE, Money(-invoice.subtotal_minor, invoice.currency)),
        Side(LedgerAccount.TAX_PAYABLE, Money(-invoice.tax_minor, invoice.currency)),
    )
    return Movement(LedgerReason.INVOICE_ISSUED, f"invoice_issued/{invoice.id}", invoice.account_id, sides)


def _snapshot(account: Account) -> dict[str, str]:
    fields = ("name", "line1", "line2", "city", "region", "postal_code", "country", "tax_id", "billing_email")
    return {field: getattr(account, field) for field in fields}
