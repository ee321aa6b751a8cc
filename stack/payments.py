"""`cashbeat payment`: what came, and giving it back from the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.approvals.alone import is_enough
from billing.approvals.check import limit_of
from billing.approvals.rules import Effect
from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.credit_notes.tables import CreditNote, CreditNoteReason
from billing.credits.queries import count_owed_for
from billing.errors import Rejected
from billing.manual_payments.rules import OPERATOR
from billing.money import Money, format_major
from billing.receipts.queries import get_payment, list_payments
from billing.receipts.tables import Receipt
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.left import left_to_refund
from billing.refunds.tables import Refund, UsedCredits
from database.ids import uuid7
from schemas.commands.refunds import RefundPayment
from settings import Settings
from stack.errors import StackError
from stack.prices import parse_money
from stack.printable import printable_line
from stack.said import who_decides
from stack.sessions import reading, rehearsal, session, url_to_read


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person has typed."""

    payment_id: UUID
    amount: str | None
    reason: str
    used_credits: str
    note: str
    who: str
    paid_out_on: str | None = None


def list_newest(settings: Settings, account_id: UUID | None, limit: int) -> list[str]:
    """A line per payment, the newest last, as in a log. Raises StackError without a database."""
    with reading(settings) as opened:
        return [_line(opened, receipt) for receipt in reversed(list_payments(opened, account_id, limit))]


def refund(settings: Settings, wish: Wish, *, dry_run: bool) -> list[str]:
    """What is given back, out of what; raises StackError for what cannot be, and then nothing is written."""
    with refusals_told(), _opened(settings, dry_run) as opened:
        return list(_refund(opened, wish))


def _refund(opened: Session, wish: Wish) -> Iterator[str]:
    receipt, refund_id = get_payment(opened, wish.payment_id), uuid7()
    command = RefundPayment.model_validate(
        {
            "payment_id": wish.payment_id, "amount_minor": _minor(wish, receipt), "reason": wish.reason,
            "used_credits": wish.used_credits, "note": wish.note, "paid_out_on": wish.paid_out_on,
        }
    )  # fmt: skip
    asked = RefundWish(
        receipt_id=receipt.id,
        amount_minor=command.amount_minor,
        reason=CreditNoteReason(command.reason),
        used_credits=UsedCredits(command.used_credits),
        requested_by=operator(wish.who),
        cause=f"command_line/{refund_id}",
        note=command.note,
        paid_out_on=command.paid_out_on,
    )
    begun = begin_refund(opened, refund_id, asked, now_of(opened, receipt.account_id, Wall(datetime.now(UTC))))
    opened.flush()
    _refuse_alone(opened, begun)
    return _told(opened, begun)


def _refuse_alone(opened: Session, begun: Refund) -> None:
    """Who types is one person. What needs two is asked for where the other one can look at it."""
    limit = limit_of(opened, RefundPayment.kind, begun.currency)
    effect = Effect(begun.account_id, begun.amount_minor, begun.currency, {})
    if not is_enough(opened, begun.id, RefundPayment.kind, effect, limit):
        shown = format_major(Money(limit or 0, begun.currency))
        raise StackError(
            f"above {shown} a day another person has to approve refunds to an account: ask for it with "
            f"POST /v1/admin/payments/{begun.receipt_id}/refund/, or set the limit with `cashbeat approval limit`"
        )


def _minor(wish: Wish, receipt: Receipt) -> int | None:
    if wish.amount is None:
        return None
    amount = parse_money(wish.amount)
    if amount.currency != receipt.currency:
        raise StackError(f"the payment came in {receipt.currency}, not in {amount.currency}")
    if amount.minor == 0:
        raise StackError("--amount must be more than nothing; leave it out to give back all that can go back")
    return amount.minor


def _told(opened: Session, begun: Refund) -> Iterator[str]:
    yield f"refund {begun.id}: {format_major(Money(begun.amount_minor, begun.currency))}"
    if begun.kept_minor:
        yield f"  {format_major(Money(begun.kept_minor, begun.currency))} of it was kept for the account"
    notes = select(CreditNote).where(CreditNote.refund_id == begun.id).order_by(CreditNote.number)
    for note in opened.scalars(notes):
        yield f"  {format_major(Money(note.total_minor, note.currency))} by credit note {note.number}"
        if owed := count_owed_for(opened, [note.cause]):
            yield f"    {owed:,} used credits are owed"


def _line(opened: Session, receipt: Receipt) -> str:
    came = format_major(Money(receipt.amount_minor, receipt.currency))
    left = format_major(Money(left_to_refund(opened, receipt), receipt.currency))
    what = printable_line(f"{receipt.gateway} {receipt.reference}")
    at = f"{receipt.received_at:%Y-%m-%dT%H:%M:%SZ}"
    return f"{at}  {receipt.id}  {came}  {what}  account {receipt.account_id}  {left} can be refunded"


def operator(who: str) -> str:
    """Who decides at the command line, as the books keep it; raises StackError for nobody."""
    return OPERATOR + who_decides(who)


@contextmanager
def _opened(settings: Settings, dry_run: bool) -> Iterator[Session]:
    """To be told what would be done nothing is started for anybody."""
    with rehearsal(url_to_read(settings)) if dry_run else session(settings) as opened:
        yield opened


@contextmanager
def refusals_told() -> Iterator[None]:
    """A refusal of the rules is told to whoever typed, as a StackError."""
    try:
        yield
    except Rejected as refusal:
        raise StackError(refusal.detail) from refusal
