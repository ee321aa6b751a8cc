"""Erase what is personal of an account's entries. The chain stays whole: it holds a salted hash, and the salt goes."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from database.audit.tables import AuditEntry, AuditPersonal
from database.audit.write import Actor, Deed, write_down

ERASED = "audit.erase_personal"
# with an account goes what is personal of its entries, also of those that come after
WITH_ACCOUNT = "delete_account"


def erase_personal(session: Session, account_id: UUID, actor: Actor) -> int:
    """Remove the personal parts of all entries about an account, and write down by whom; how many there were."""
    about = select(AuditEntry.id).where(AuditEntry.account_id == account_id)
    gone = session.scalars(
        delete(AuditPersonal).where(AuditPersonal.entry_id.in_(about)).returning(AuditPersonal.entry_id),
        execution_options={"synchronize_session": False},
    ).all()
    write_down(session, [Deed(actor, ERASED, account_id, after={"audit_personal": {"rows": len(gone)}})])
    return len(gone)
