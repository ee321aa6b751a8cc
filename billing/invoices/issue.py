"""Issue a draft: say what is owed, and give it its number."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.invoices.buyers import Buyer, buyer_of
from billing.invoices.rules import number_in
from billing.invoices.states import move
from billing.invoices.tables import Invoice, InvoiceCounter, InvoiceStatus
from billing.ledger.post import Movement, Side
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money

# What a customer has to pay a bill by transfer.
TRANSFER_TERM = timedelta(days=14)

_TAKEN = insert(InvoiceCounter)
TAKE_NUMBER = _TAKEN.on_conflict_do_update(
    index_elements=["month"], set_={"last_number": InvoiceCounter.last_number + _TAKEN.excluded.last_number}
).returning(InvoiceCounter.last_number)


def issue_invoice(session: Session, invoice: Invoice, due_at: datetime, now: datetime) -> Movement:
    """Freeze the buyer as of now and return what is owed, for the caller to post with whatever else moves.

    The caller also gives the number, with `number_invoice`, last of all. The caller holds the invoice's row lock.
    Raises Rejected `invoice_state` when it is not a draft.
    """
    return issue_to(invoice, buyer_of(get_account(session, invoice.account_id)), due_at, now)


def issue_to(invoice: Invoice, buyer: Buyer, due_at: datetime, now: datetime) -> Movement:
    """The same for whoever has loaded the buyer."""
    move(invoice, InvoiceStatus.PENDING)
    invoice.buyer = buyer
    invoice.issued_at, invoice.due_at = now, due_at
    return _owed(invoice)


def number_invoice(session: Session, invoice: Invoice) -> None:
    """Number one invoice; see `number_all`."""
    number_all(session, [invoice])


def number_all(session: Session, invoices: Sequence[Invoice]) -> None:
    """Take the next numbers of the months of issue (UTC), in the order of the months.

    A month's counter stays locked until commit, so a rolled-back issue gives its number back, and everybody else who
    issues waits: call this when nothing else is left to do. The database refuses to commit an issue without a number.
    """
    by_month: dict[date, list[Invoice]] = {}
    for invoice in invoices:
        if invoice.issued_at is None:
            raise ValueError("only an issued invoice is numbered")
        by_month.setdefault(month_of_issue(invoice.issued_at), []).append(invoice)
    for month, issued in sorted(by_month.items()):
        for invoice, number in zip(issued, take_numbers(session, month, len(issued)), strict=True):
            invoice.number = number


def take_numbers(session: Session, month: date, count: int) -> list[str]:
    """The next so many numbers of a month, in order; the counter stays locked as above."""
    last = int(session.connection().execute(TAKE_NUMBER, {"month": month, "last_number": count}).scalar_one())
    return [number_in(month, counter) for counter in range(last - count + 1, last + 1)]


def month_of_issue(issued_at: datetime) -> date:
    """The first day of the UTC month whose numbers an invoice gets."""
    return issued_at.date().replace(day=1)


def _owed(invoice: Invoice) -> Movement:
    subtotal, tax = Money(invoice.subtotal_minor, invoice.currency), Money(invoice.tax_minor, invoice.currency)
    return owed_movement(invoice.id, invoice.account_id, subtotal, tax)


def owed_movement(invoice_id: UUID, account_id: UUID, subtotal: Money, tax: Money) -> Movement:
    """What is owed from the issue of an invoice on, and to whom."""
    sides = (
        Side(LedgerAccount.RECEIVABLE, subtotal + tax),
        Side(LedgerAccount.DEFERRED_REVENUE, -subtotal),
        Side(LedgerAccount.TAX_PAYABLE, -tax),
    )
    return Movement(LedgerReason.INVOICE_ISSUED, f"invoice_issued/{invoice_id}", account_id, sides)
