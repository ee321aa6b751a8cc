"""The company's own people who may call the API, each with keys of their own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base, written_at

# A member's operations bear this and the id, whichever of the keys they come with.
STAFF_CALLER = "staff/"


class StaffMember(Base):
    """One person, in a role. Who has ended is nobody any more; what they did keeps their id.

    No two bear one name, ended or not: by it they are told apart where two people have to decide.
    """

    __tablename__ = "staff_members"
    __table_args__ = (
        CheckConstraint("role IN ('support', 'finance', 'approver', 'operator', 'admin')", name="role_known"),
        Index("uq_staff_members_name", text("lower(name)"), unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime] = written_at()
    ended_at: Mapped[datetime | None]


def list_members(session: Session) -> list[StaffMember]:
    """Everybody, those who have ended as well, in the order of their names."""
    return list(session.scalars(select(StaffMember).order_by(StaffMember.name)))


def name_of_member(session: Session, member_id: UUID) -> str:
    """Who it is, or was."""
    return session.scalars(select(StaffMember.name).where(StaffMember.id == member_id)).one()
