"""Hand one of the company's own people a link into the console, good for minutes and once."""

from datetime import timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from billing.callers.queries import lock_working
from billing.callers.tables import StaffLink
from billing.callers.use_up_links import use_up_links
from billing.errors import Rejected
from database.ids import uuid7
from database.staff import StaffMember

STAFF_LINK_LIVES = timedelta(minutes=5)


def hand_link(session: Session, name: str, token_sha256: str) -> StaffLink:
    """The link, of whoever bears this name; those before it are used up.

    Raises Rejected `staff_not_found` and `staff_ended`.
    """
    member_id = session.scalar(select(StaffMember.id).where(func.lower(StaffMember.name) == name.lower()))
    if member_id is None:
        raise Rejected("staff_not_found", f"There is nobody of the name {name}.", status=404)
    member = lock_working(session, member_id)
    use_up_links(session, member.id)
    values = {
        "id": uuid7(), "staff_id": member.id, "token_sha256": token_sha256,
        "expires_at": func.now() + STAFF_LINK_LIVES,
    }  # fmt: skip
    return session.scalars(insert(StaffLink).values(values).returning(StaffLink)).one()
