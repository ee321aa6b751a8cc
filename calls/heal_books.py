"""Write what was found after a restore into the books, in the caller's transaction: a dry run rolls it back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from billing.credit_notes.tables import CreditNoteCounter, CreditNoteGap
from billing.invoices.issue import month_of_issue
from billing.invoices.rules import number_in
from billing.invoices.skip_numbers import Series, skip_next, skip_until
from billing.invoices.stage_receipt import CONFIRMATION, settlement_cause
from billing.invoices.tables import Invoice, NumberGap
from billing.outcomes.restore_payment import Restored, is_forgotten, restore_payment
from billing.payments.queries import as_uuid
from calls.find_forgotten import Found, Numbered, came_at
from database.inbox import InboxEvent
from database.lineage import accept_history, is_restored
from database.memory import WorkState, ready_again
from database.outbox import stage_done
from schemas.facts.payments import MarkedPaymentFact, PaymentStatus

# A number that nobody has seen was given in the moments before the end, before its e-mail went out.
NUMBERS_UNSEEN = 100
UNKNOWN_MARK = "UnknownMark"
CREDIT_NOTES = Series(CreditNoteCounter, CreditNoteGap)
# of these the invoice is paid in the books now, and its customer is told of it
BILLED = frozenset({Restored.PURCHASE, Restored.INVOICE})


class RestoreContradiction(Exception):
    """What was found does not fit the books. Nothing is written; a person has to look."""


@dataclass
class Report:
    """What was done, or would be: references of payments by what became of them, and numbers that nobody gets."""

    payments: dict[Restored, list[str]] = field(default_factory=lambda: {each: [] for each in Restored})
    gaps: list[NumberGap] = field(default_factory=list)
    note_gaps: list[CreditNoteGap] = field(default_factory=list)
    replayed: int = 0

    def skipped(self, gap: NumberGap | None) -> None:
        """Note a gap, if there is one."""
        if gap is not None:
            self.gaps.append(gap)


def heal_books(session: Session, found: Found, now: datetime, numbers_unseen: int = 0) -> Report:
    """Restore payments under the numbers that their invoices had, then all others behind every number that was seen.

    `numbers_unseen` more are left out at the end, for whoever knows that they were given. From then on the books are
    whole on the history that they are on. A second call changes nothing. Raises RestoreContradiction when an invoice
    does not get the number that it had.
    """
    report, why = Report(), f"given after the backup of {found.since:%Y-%m-%d %H:%M} UTC"
    forgotten = [each for each in found.payments if is_forgotten(session, each)]
    _restore_numbered(session, report, found, forgotten, f"{why}, and seen in sent e-mails or at gateways")
    for month, counter in sorted(found.numbers):
        report.skipped(skip_until(session, month, counter, f"{why}, and seen in sent e-mails or at gateways"))
    lost = [each for each in forgotten if found.number_of(each) is None]
    for month, count in sorted(_unseen(lost, now, numbers_unseen).items()):
        report.skipped(skip_next(session, month, count, f"may have been {why}, and seen by nobody"))
    for marked in lost:
        _restore(session, report, found, marked, marked.payment.paid_at or now)
    if is_restored(session):
        report.note_gaps = _leave_out_notes(session, found.since, now, f"may have been {why}")
    report.replayed = _let_run_again(session)
    accept_history(session)
    return report


def _restore_numbered(
    session: Session, report: Report, found: Found, forgotten: Sequence[MarkedPaymentFact], why: str
) -> None:
    """In the order of the numbers, each of which is the next one when it is its turn."""
    numbered = [(number, marked) for marked in forgotten if (number := found.number_of(marked)) is not None]
    for (month, counter), marked in sorted(numbered, key=lambda each: each[0]):
        report.skipped(skip_until(session, month, counter - 1, why))
        booked_at = _within(month, came_at(marked))
        if _restore(session, report, found, marked, booked_at) is Restored.PURCHASE:
            _require_number(session, marked, (month, counter))


def _restore(
    session: Session, report: Report, found: Found, marked: MarkedPaymentFact, booked_at: datetime
) -> Restored:
    receipt, invoice_id = found.receipt_of(marked), as_uuid(marked.marks.invoice_id)
    restored = restore_payment(session, marked, booked_at)
    if restored in BILLED and receipt is not None and invoice_id is not None:
        # its PDF is made again, and not sent again
        cause = settlement_cause(CONFIRMATION, session.get_one(Invoice, invoice_id))
        stage_done(session, CONFIRMATION, invoice_id, cause, {"email_ref": receipt.email_ref})
    report.payments[restored].append(marked.payment.payment_ref or marked.payment.checkout_ref)
    return restored


def _require_number(session: Session, marked: MarkedPaymentFact, number: Numbered) -> None:
    session.flush()
    invoice = session.get_one(Invoice, UUID(marked.marks.invoice_id))
    if invoice.number is not None and invoice.number != number_in(*number):
        raise RestoreContradiction(f"invoice {invoice.id} was {number_in(*number)}, and would be {invoice.number}")


def _within(month: date, paid_at: datetime) -> datetime:
    """A payment of the last second of a month may have its number in the next."""
    return paid_at if month_of_issue(paid_at) == month else paid_at.replace(month=month.month, year=month.year, day=1)


def _unseen(lost: Sequence[MarkedPaymentFact], now: datetime, more: int) -> Counter[date]:
    """How many numbers of which month may have been given without anybody's having seen them."""
    paid = [each.payment.paid_at for each in lost if each.payment.status is PaymentStatus.CAPTURED]
    unseen = Counter(month_of_issue(paid_at or now) for paid_at in paid)
    unseen.update(dict.fromkeys(unseen, NUMBERS_UNSEEN))
    return unseen + Counter({month_of_issue(now): more})


def _leave_out_notes(session: Session, since: datetime, now: datetime, why: str) -> list[CreditNoteGap]:
    """No gateway tells the numbers of credit notes: those of the months in between go on behind what may be given."""
    months = {month_of_issue(since), month_of_issue(now)}
    return [skip_next(session, month, NUMBERS_UNSEEN, why, CREDIT_NOTES) for month in sorted(months)]


def _let_run_again(session: Session) -> int:
    """Events that were parked because the books had forgotten what they are about."""
    parked = update(InboxEvent).where(InboxEvent.state == WorkState.PARKED, InboxEvent.error.contains(UNKNOWN_MARK))
    again = session.scalars(parked.values(ready_again()).returning(InboxEvent.id))
    return len(again.all())
