"""A person sets a line aside: it is no customer's money."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.statements.queries import check_undecided, lock_line
from billing.statements.tables import StatementLine


def ignore_line(session: Session, line_id: UUID, reason: str, by: str) -> StatementLine:
    """Keep why; it may be matched later all the same. Raises Rejected `line_not_found` and `line_decided`."""
    line = lock_line(session, line_id)
    check_undecided(session, line)
    line.claim_id, line.refund_id, line.ignored_for, line.decided_by = None, None, reason, by
    session.flush()
    return line
