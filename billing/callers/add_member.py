"""Write down one of the company's own people."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.callers.rules import Maker, require_within
from billing.errors import Rejected
from database.audit.changes import tell_change
from database.staff import StaffMember
from schemas.commands.callers import AddStaffMember
from schemas.permissions import of_staff


def add_member(session: Session, member_id: UUID, command: AddStaffMember, maker: Maker) -> StaffMember:
    """Raises Rejected `beyond_maker`, and `staff_name_taken` for the name of another, who may have ended."""
    require_within(maker, of_staff(command.role))
    said = {"id": member_id, "name": command.name, "email": command.email, "role": command.role}
    added = insert(StaffMember).values(said).on_conflict_do_nothing().returning(StaffMember)
    member = session.scalars(added).one_or_none()
    if member is None:
        raise Rejected("staff_name_taken", f"Somebody is called {command.name} already.", status=409)
    tell_change(session, f"staff_members/{member_id}", {}, said)
    return member
