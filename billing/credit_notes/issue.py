"""Issue a credit note: which lines it takes back, and its number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.credit_notes.draw import draw_note
from billing.credit_notes.rules import Part, gross_of
from billing.credit_notes.tables import CreditNote, CreditNoteCounter, CreditNoteLine, CreditNoteReason
from billing.invoices.issue import month_of_issue
from billing.invoices.tables import Invoice
from billing.ledger.post import Side
from billing.ledger.tables import LedgerAccount
from billing.money import Money
from database.ids import uuid7
from database.rows import insert_rows

_TAKEN = insert(CreditNoteCounter).values(last_number=1)
_TAKE_NUMBER = _TAKEN.on_conflict_do_update(
    index_elements=["month"], set_={"last_number": CreditNoteCounter.last_number + 1}
).returning(CreditNoteCounter.last_number)


@dataclass(frozen=True, slots=True)
class NewCreditNote:
    """What a credit note takes back, why, and where the money goes; `cause` makes it the only one of its kind.

    Of the parts' total, `kept_minor` is kept for the customer and `unpaid_minor` was never paid; the rest is refunded.
    """

    cause: str
    reason: CreditNoteReason
    parts: Sequence[Part]
    note: str = ""
    kept_minor: int = 0
    unpaid_minor: int = 0
    refund_id: UUID | None = None

    @property
    def total_minor(self) -> int:
        """With tax, in minor units of the invoice's currency."""
        return gross_of(self.parts)


def issue_credit_note(session: Session, invoice: Invoice, new: NewCreditNote, now: datetime) -> CreditNote:
    """Write a credit note of an issued invoice with the next number of its month, and count it on the invoice.

    The caller holds the invoice's row lock and has taken the parts from what is left of it; it posts what moves, see
    `taken_back`. As with invoices, the month's counter stays locked until commit: call this when nothing else is left
    to do. The database refuses a second one of the same cause and more than the invoice's total (IntegrityError).
    """
    if invoice.buyer is None:
        raise ValueError("only an issued invoice is credited")
    note = CreditNote(
        id=uuid7(),
        account_id=invoice.account_id,
        invoice_id=invoice.id,
        refund_id=new.refund_id,
        cause=new.cause,
        number=_take_number(session, month_of_issue(now)),
        reason=new.reason,
        note=new.note,
        currency=invoice.currency,
        subtotal_minor=sum(part.net_minor for part in new.parts),
        tax_minor=sum(part.tax_minor for part in new.parts),
        total_minor=new.total_minor,
        refunded_minor=new.total_minor - new.kept_minor - new.unpaid_minor,
        kept_minor=new.kept_minor,
        unpaid_minor=new.unpaid_minor,
        buyer=invoice.buyer,
        issued_at=now,
    )
    invoice.credited_minor += new.total_minor
    session.add(note)
    session.flush()
    insert_rows(session, CreditNoteLine, *(_line(note, *numbered) for numbered in enumerate(new.parts)))
    # the paper of a refund says where the money went: it is drawn when the gateway has answered
    if note.refund_id is None:
        draw_note(session, note)
    return note


def taken_back(parts: Sequence[Part], currency: str) -> tuple[Side, Side]:
    """What a credit note takes out of revenue and out of the tax that is owed to the tax office."""
    net, tax = sum(part.net_minor for part in parts), sum(part.tax_minor for part in parts)
    return (
        Side(LedgerAccount.DEFERRED_REVENUE, Money(net, currency)),
        Side(LedgerAccount.TAX_PAYABLE, Money(tax, currency)),
    )


def credit_note_number(month: date, counter: int) -> str:
    """`CN-YYYY-MM-XXXXX`, a series of its own; a month of more than 99,999 simply grows a digit."""
    return f"CN-{month:%Y-%m}-{counter:05d}"


def _take_number(session: Session, month: date) -> str:
    return credit_note_number(month, int(session.execute(_TAKE_NUMBER, {"month": month}).scalar_one()))


def _line(note: CreditNote, position: int, part: Part) -> dict[str, object]:
    return {
        "id": uuid7(),
        "credit_note_id": note.id,
        "invoice_line_id": part.line_id,
        "position": position,
        "net_minor": part.net_minor,
        "tax_minor": part.tax_minor,
    }
