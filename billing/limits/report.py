"""Take down what the product has counted, and tell it when a limit is passed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.limits.queries import show_limits
from billing.limits.tables import ReportedCount
from database.untold import tell
from schemas.commands.limits import ReportCounts
from schemas.views.limits import CountView, LimitsView

PASSED = "account.limit_passed"
COUNTED = ("sites", "users")


def report_counts(session: Session, command: ReportCounts, now: datetime) -> LimitsView:
    """The account's limits with what was counted. Of two reports the one that was counted later stays.

    Nothing is enforced: that a limit is passed is told, once each time. `now` is the account's own time. Raises
    Rejected `account_not_found`.
    """
    account_id = lock_account(session, command.account_id).id
    before = show_limits(session, account_id, now)
    session.execute(insert(ReportedCount).values(account_id=account_id).on_conflict_do_nothing())
    row = session.get_one(ReportedCount, account_id, with_for_update=True, populate_existing=True)
    for name in COUNTED:
        counted, counted_before = getattr(command, name), getattr(row, f"{name}_at")
        if counted is not None and (counted_before is None or counted_before < command.counted_at):
            setattr(row, name, counted)
            setattr(row, f"{name}_at", command.counted_at)
    session.flush()
    after = show_limits(session, account_id, now)
    for name in COUNTED:
        _tell_if_passed(session, account_id, name, getattr(before, name), getattr(after, name))
    return after


def _tell_if_passed(session: Session, account_id: UUID, name: str, before: CountView, after: CountView) -> None:
    if after.is_over and not before.is_over:
        data = {"account_id": str(account_id), "limit": name, "used": after.used, "most": after.most}
        tell(session, PASSED, account_id, account_id, data)
