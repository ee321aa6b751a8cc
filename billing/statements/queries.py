"""Reads of statement lines, and their lock: before every other."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.manual_payments.rules import DAYS_APART_MAX
from billing.manual_payments.tables import ClaimStatus, PaymentClaim
from billing.payment_methods.tables import ManualMethod
from billing.receipts.tables import Receipt, ReceiptRemark
from billing.statements.tables import StatementLine
from database.pages import FIRST_PAGE, Paging, narrowed, newest_first
from schemas.views.base import Page
from schemas.views.statements import StatementLineView

Standing = Literal["open", "awaiting_approval", "booked", "ignored"]

# whoever imports statements looks at what is not sure within days
LEFT_OPEN_FOR = timedelta(days=2)
_DENIED = select(PaymentClaim.id).where(PaymentClaim.status.in_((ClaimStatus.REJECTED, ClaimStatus.WITHDRAWN)))
# as `standing` says it, in a form that is quick over all lines
IS_LEFT_OPEN = and_(
    StatementLine.ignored_for == "",
    StatementLine.refund_id.is_(None),
    or_(StatementLine.claim_id.is_(None), StatementLine.claim_id.in_(_DENIED)),
    StatementLine.created_at < func.now() - LEFT_OPEN_FOR,
)
_LAST_DAY = select(func.max(StatementLine.booked_on)).where(StatementLine.currency == PaymentClaim.currency)
_NOT_SEEN = select(PaymentClaim.id).where(
    PaymentClaim.receipt_id == Receipt.id,
    PaymentClaim.method == ManualMethod.BANK_TRANSFER,
    PaymentClaim.seen_minor < PaymentClaim.amount_minor,
    PaymentClaim.paid_on < _LAST_DAY.scalar_subquery() - DAYS_APART_MAX.days,
)
# In a query of receipts: people have approved it as a transfer, statements of days on which it has to be there are
# kept, and they lack it, or a part. Nobody has looked yet, and nothing else calls a person for it.
IS_MISSING = and_(Receipt.remark == ReceiptRemark.NONE, Receipt.looked_at.is_(None), _NOT_SEEN.exists())


def count_left_open(session: Session) -> int:
    """How many lines wait for a person for too long."""
    return session.scalars(select(func.count()).select_from(StatementLine).where(IS_LEFT_OPEN)).one()


def count_missing(session: Session) -> int:
    """How many receipts of transfers that were approved are on no statement."""
    return session.scalars(select(func.count()).select_from(Receipt).where(IS_MISSING)).one()


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
    session: Session, paging: Paging = FIRST_PAGE, *, account: str | None = None, status: Standing | None = None
) -> Page[StatementLineView]:
    """A page of lines, by when they were kept."""
    query = narrowed(select(StatementLine), (StatementLine.account, account), (standing(), status))
    page, cursor = newest_first(session, query, StatementLine, paging)
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
