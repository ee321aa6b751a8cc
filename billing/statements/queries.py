"""Reads of statement lines, and their lock: before every other."""

from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.manual_payments.tables import ClaimStatus, PaymentClaim
from billing.statements.tables import StatementLine
from database.pages import Cursor, newest_first
from schemas.views import Page, StatementLineView

Standing = Literal["open", "awaiting_approval", "booked", "ignored"]


def standing() -> ColumnElement[str]:
    """In a query of lines: where each stands. One whose claim was rejected or withdrawn is open again."""
    of_claim = select(PaymentClaim.status).where(PaymentClaim.id == StatementLine.claim_id).scalar_subquery()
    return case(
        (StatementLine.ignored_for != "", "ignored"),
        (StatementLine.refund_id.is_not(None), "booked"),
        (StatementLine.claim_id.is_(None), "open"),
        (of_claim == ClaimStatus.APPROVED, "booked"),
        (of_claim.in_((ClaimStatus.REJECTED, ClaimStatus.WITHDRAWN)), "open"),
        else_="awaiting_approval",
    )


def lock_line(session: Session, line_id: UUID) -> StatementLine:
    """The line, nobody else's until commit; raises Rejected `line_not_found`."""
    line = session.get(StatementLine, line_id, with_for_update=True, populate_existing=True)
    if line is None:
        raise Rejected("line_not_found", f"There is no statement line {line_id}.", status=404)
    return line


def standing_of(session: Session, line: StatementLine) -> str:
    """Where one stands."""
    return session.scalars(select(standing()).where(StatementLine.id == line.id)).one()


def check_undecided(session: Session, line: StatementLine) -> None:
    """Raises Rejected `line_decided` for one that is booked, or whose claim waits for somebody."""
    where = standing_of(session, line)
    if where not in {"open", "ignored"}:
        raise Rejected("line_decided", f"This line is {where.replace('_', ' ')} already.", status=409)


def list_lines(
    session: Session,
    *,
    account: str | None = None,
    status: Standing | None = None,
    before: Cursor | None = None,
    limit: int = 20,
) -> Page[StatementLineView]:
    """A page of lines, those that were kept last first; `before` is the cursor of the page before, `limit` 1 to 100."""
    query = select(StatementLine)
    if account is not None:
        query = query.where(StatementLine.account == account)
    if status is not None:
        query = query.where(standing() == status)
    page, cursor = newest_first(session, query, StatementLine, before, limit)
    stand = select(StatementLine.id, standing()).where(StatementLine.id.in_([line.id for line in page]))
    found = dict(session.execute(stand).all())
    return Page(data=[_view(line, found[line.id]) for line in page], next_cursor=cursor)


def show_line(session: Session, line_id: UUID) -> StatementLineView:
    """One line as the API shows it; raises Rejected `line_not_found`."""
    line = session.get(StatementLine, line_id)
    if line is None:
        raise Rejected("line_not_found", f"There is no statement line {line_id}.", status=404)
    return _view(line, standing_of(session, line))


def _view(line: StatementLine, where: str) -> StatementLineView:
    return StatementLineView(
        id=line.id,
        account=line.account,
        booked_on=line.booked_on,
        amount_minor=line.amount_minor,
        currency=line.currency,
        bank_reference=line.bank_ref,
        reference=line.reference,
        text=line.text,
        payer=line.payer,
        payer_account=line.payer_account,
        is_reversal=line.is_reversal,
        status=where,
        claim_id=line.claim_id,
        refund_id=line.refund_id,
        ignored_for=line.ignored_for,
        decided_by=line.decided_by,
        imported_by=line.imported_by,
        created_at=line.created_at,
    )
