"""`cashbeat statement`: what came and left at the bank, from its files into the books."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.invoices.queries import get_invoice_by_number
from billing.manual_payments.tables import PaymentClaim
from billing.money import Money, format_major
from billing.refunds.left import refunded_minor
from billing.statements.book_line import book_line
from billing.statements.ignore_line import ignore_line
from billing.statements.keep import keep_lines, rehearse_lines
from billing.statements.match_line import match_with_claim, match_with_invoice, match_with_refund
from billing.statements.propose import propose
from billing.statements.queries import standing, standing_of
from billing.statements.rules import REASONS, Proposal
from billing.statements.tables import StatementLine
from billing.statements.unmatch_line import unmatch_line
from database import engine
from schemas.facts.statements import BankLine
from settings import Settings
from stack.claims import shown_claim
from stack.deeds import audited
from stack.errors import StackError
from stack.explaining import explaining
from stack.payments import operator, refusals_told
from stack.sessions import reading, rehearsal, session, url_to_read
from stack.statement_table import ToldLine, tell
from stack.stores import database_urls

# so often a long file says how far it is
SAID_EVERY = 1_000
KEPT_BEFORE = "was decided before"
AFTER_ANOTHER = "is for the invoice of a line before it"
PAYS = ("booked", "awaiting approval")


def propose_lines(settings: Settings, lines: Sequence[BankLine], who: str) -> list[ToldLine]:
    """What importing them would do. Nothing is kept."""
    with rehearsal(url_to_read(settings)) as opened:
        return list(rehearse(opened, lines, operator(who)))


def rehearse(opened: Session, lines: Sequence[BankLine], by: str) -> Iterator[ToldLine]:
    """The same, line by line, in a rehearsal. Each is booked and taken back at once, so it is in nobody's way for long.

    Two of one invoice cannot be told so: what becomes of the second depends on the first.
    """
    paid: set[str] = set()
    for line_id in rehearse_lines(opened, lines, by):
        with opened.begin_nested() as tried:
            told = _booked(opened, line_id, by)
            tried.rollback()
        yield replace(told, standing="depends", reason=AFTER_ANOTHER) if told.of in paid else told
        if told.standing in PAYS:
            paid.add(told.of)


def import_lines(settings: Settings, lines: Sequence[BankLine], who: str, say: Callable[[str], None]) -> list[ToldLine]:
    """Keep all of them, in one transaction; then book the sure ones, each in its own. May be run again at any time."""
    told = []
    with database_urls(settings) as urls, explaining(urls.owner), engine.opened(urls.owner) as database:
        with database.transaction() as opened, audited(opened):
            kept = keep_lines(opened, lines, operator(who))
        for count, line_id in enumerate(kept, 1):
            with database.transaction() as opened, audited(opened):
                told.append(_booked(opened, line_id, operator(who)))
            if count % SAID_EVERY == 0:
                say(f"{count} of {len(kept)} lines")
    return told


def list_open(settings: Settings, limit: int) -> list[ToldLine]:
    """Those that wait for a person, the newest last, each with what it may be. Raises StackError without a database."""
    newest = select(StatementLine).order_by(StatementLine.created_at.desc(), StatementLine.id.desc()).limit(limit)
    with reading(settings) as opened:
        waiting = opened.scalars(newest.where(standing() == "open")).all()
        return [_open(line, propose(opened, line)) for line in reversed(waiting)]


def match(settings: Settings, line_id: UUID, target: str, who: str) -> list[str]:
    """Make a line a claim of an invoice, by its number, or by its id what a claim or refund has moved before.

    Raises StackError for what cannot be, and then nothing is written.
    """
    with refusals_told(), session(settings) as opened:
        if target.startswith("INV-"):
            invoice = get_invoice_by_number(opened, target)
            claim = match_with_invoice(opened, line_id, invoice.id, operator(who), Wall(datetime.now(UTC)))
            return shown_claim(opened, claim.id)
        target_id = _id(target)
        if opened.get(PaymentClaim, target_id) is not None:
            return list(_seen(opened, match_with_claim(opened, line_id, target_id, operator(who)), line_id))
        refund = match_with_refund(opened, line_id, target_id, operator(who))
        return [f"line {line_id}: paid out refund {refund.id}"]


def _seen(opened: Session, claim: PaymentClaim, line_id: UUID) -> Iterator[str]:
    seen, claimed = (format_major(Money(minor, claim.currency)) for minor in (claim.seen_minor, claim.amount_minor))
    yield f"line {line_id}: money of claim {claim.id}, of which {seen} of {claimed} have been seen now"
    if claim.seen_minor < claim.amount_minor:
        yield f"  what does not come goes out of the books by `cashbeat payment refund {claim.receipt_id}`"
    if claim.receipt_id and (went_back := refunded_minor(opened, claim.receipt_id)):
        yield f"  {format_major(Money(went_back, claim.currency))} of that payment went back, or never came"
        yield f"  if this is other money: `cashbeat statement unmatch {line_id}`, then match it with the invoice"


def _id(target: str) -> UUID:
    try:
        return UUID(target)
    except ValueError:
        raise StackError(f"{target!r} is neither the number of an invoice nor the id of a claim or refund") from None


def unmatch(settings: Settings, line_id: UUID, who: str) -> str:
    """Undo a match that moved nothing; raises StackError for what cannot be."""
    with refusals_told(), session(settings) as opened:
        unmatch_line(opened, line_id, operator(who))
    return f"line {line_id}: matched with nothing; it waits for a person"


def ignore(settings: Settings, line_id: UUID, reason: str, who: str) -> str:
    """Set a line aside; raises StackError for what cannot be."""
    with refusals_told(), session(settings) as opened:
        ignore_line(opened, line_id, reason, operator(who))
    return f"line {line_id}: ignored"


def _open(line: StatementLine, proposal: Proposal) -> ToldLine:
    """One that is not decided, and would be booked if it is sure."""
    return tell(line, "sure" if proposal.is_sure else "open", REASONS[proposal.finding], proposal.of)


def _booked(opened: Session, line_id: UUID, by: str) -> ToldLine:
    """Book it, if it is sure. What the rules refuse leaves nothing behind, and is told."""
    of, reason = "", KEPT_BEFORE
    try:
        with opened.begin_nested():
            proposal = book_line(opened, line_id, by, Wall(datetime.now(UTC)))
        if proposal is not None:
            of, reason = proposal.of, REASONS[proposal.finding]
    except Rejected as refusal:
        reason = refusal.detail
    line = opened.get_one(StatementLine, line_id, populate_existing=True)
    return tell(line, standing_of(opened, line), reason, of)
