"""Give somebody another role."""

from sqlalchemy.orm import Session

from billing.callers.queries import lock_working
from billing.callers.rules import Maker, require_within
from database.staff import StaffMember
from schemas.commands.callers import ChangeStaffRole
from schemas.permissions import of_staff


def change_role(session: Session, command: ChangeStaffRole, maker: Maker) -> tuple[StaffMember, str]:
    """From now on they may do what it may; and the role that they had.

    Raises Rejected `beyond_maker`, `staff_not_found` and `staff_ended`.
    """
    require_within(maker, of_staff(command.role))
    member = lock_working(session, command.staff_id)
    before, member.role = member.role, command.role
    return member, before
