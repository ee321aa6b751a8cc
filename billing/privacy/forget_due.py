"""What falls due to be forgotten: of accounts that were deleted the news that came since, and in the end their papers;
copies that nobody fetched, and invitations that nobody answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.clocks.duty import AllAtOnce, OneByOne
from billing.clocks.timelines import Timeline
from billing.privacy.erase import erase_at_last, erase_at_once
from billing.privacy.forget_memory import forget_memory
from billing.privacy.retention import FOLLOWED_FOR
from billing.privacy.tables import AccountExport
from billing.team.tables import Invitation

AGAIN_AFTER = timedelta(days=1)
# An invitation that has expired can be sent again so long. Whoever has not answered by then is nobody's customer.
UNANSWERED_KEPT = timedelta(days=30)


def find_forgettable(session: Session, timeline: Timeline, rows_max: int) -> Sequence[UUID]:
    """Accounts whose news is to be looked through. The law goes by the wall clock, for everybody."""
    return _found(session, timeline, rows_max, Account.forget_at <= timeline.now, Account.forget_at)


def forget_news(session: Session, account_id: UUID, now: datetime) -> bool:
    """Erase what came since, the audit of the deletion among it; again a day later.

    The last time, what waits for a person goes, too.
    """
    account = _lock(session, account_id)
    if account is None or account.forget_at is None or account.forget_at > now or account.closed_at is None:
        return False
    is_last = now >= account.closed_at + FOLLOWED_FOR
    erase_at_once(session, account_id, again=True)
    forget_memory(session, account_id, parked_too=is_last)
    account.forget_at = None if is_last else now + AGAIN_AFTER
    return True


def find_kept_long_enough(session: Session, timeline: Timeline, rows_max: int) -> Sequence[UUID]:
    """Deleted accounts whose papers no law asks for any more."""
    is_over = Account.closed_at.is_not(None) & Account.erased_at.is_(None) & (Account.keep_until <= timeline.now)
    return _found(session, timeline, rows_max, is_over, Account.keep_until)


def erase_kept(session: Session, account_id: UUID, now: datetime) -> bool:
    """Erase what was left: whom the papers name, and the papers."""
    account = _lock(session, account_id)
    if account is None or account.erased_at is not None or account.keep_until is None or account.keep_until > now:
        return False
    erase_at_last(session, account_id)
    account.erased_at = now
    return True


def _found(
    session: Session, timeline: Timeline, rows_max: int, is_due: ColumnElement[bool], order: object
) -> Sequence[UUID]:
    if timeline.clock_id is not None:
        return []
    return session.scalars(select(Account.id).where(is_due).order_by(order).limit(rows_max)).all()  # type: ignore[arg-type]


def _lock(session: Session, account_id: UUID) -> Account | None:
    """Nobody else's until commit; None when another has it: that one does it."""
    locked = select(Account).where(Account.id == account_id).with_for_update(skip_locked=True, key_share=True)
    return session.scalar(locked.execution_options(populate_existing=True))


def remove_expired(session: Session, timeline: Timeline, rows_max: int) -> int:
    """Remove copies whose days are over; how many there were."""
    if timeline.clock_id is not None:
        return 0
    old = select(AccountExport.id).where(AccountExport.expires_at <= timeline.now).limit(rows_max)
    removed = delete(AccountExport).where(AccountExport.id.in_(old)).returning(AccountExport.id)
    return len(session.scalars(removed, execution_options={"synchronize_session": False}).all())


def forget_invitations(session: Session, timeline: Timeline, rows_max: int) -> int:
    """Forget whom an invitation was for that nobody has answered; how many there were. Those on test clocks stay.

    One that is sent again at this moment is none of them any more: its row is looked at again once it is free.
    """
    if timeline.clock_id is not None:
        return 0
    is_old = Invitation.expires_at < timeline.now - UNANSWERED_KEPT, Account.clock_id.is_(None)
    old = select(Invitation.id).join(Account, Account.id == Invitation.account_id).where(*is_old).limit(rows_max)
    removed = delete(Invitation).where(Invitation.id.in_(old), is_old[0]).returning(Invitation.id)
    return len(session.scalars(removed, execution_options={"synchronize_session": False}).all())


# each looks through every event and command once
FORGETTING = OneByOne("forget_news", find_forgettable, forget_news, rows_max=20)
EXPORT_ENDS = AllAtOnce("remove_expired", remove_expired, rows_max=100)
INVITATION_ENDS = AllAtOnce("forget_invitations", forget_invitations, rows_max=1_000)
ERASING = OneByOne("erase_kept", find_kept_long_enough, erase_kept, rows_max=100)
