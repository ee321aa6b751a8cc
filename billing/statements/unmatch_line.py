"""A person says that a line is not what it was matched with."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.manual_payments.queries import lock_with_invoice
from billing.manual_payments.rules import is_told_by_bank
from billing.statements.queries import lock_line
from billing.statements.tables import StatementLine


def unmatch_line(session: Session, line_id: UUID, by: str) -> StatementLine:
    """Undo a match that moved nothing: the line is a person's again, and no file books it any more.

    A part that the match has split off stays a line of its own. Raises Rejected `line_not_found`, `line_unmatched`, and
    `line_booked` for money that is in the books by this very line: that goes back by a refund, and a claim of it that
    still waits is rejected.
    """
    line = lock_line(session, line_id)
    if line.claim_id is None and line.refund_id is None:
        raise Rejected("line_unmatched", "This line is matched with nothing.", status=409)
    if line.claim_id is not None:
        _unsee(session, line, line.claim_id)
    line.claim_id, line.refund_id, line.decided_by = None, None, by
    session.flush()
    return line


def _unsee(session: Session, line: StatementLine, claim_id: UUID) -> None:
    claim, _, _ = lock_with_invoice(session, claim_id)
    if is_told_by_bank(claim):
        raise Rejected(
            "line_booked", "This line made that claim: reject it, or give its payment back by a refund.", status=409
        )
    claim.seen_minor -= line.amount_minor
