"""Who may open the portal and the console, and who is in them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, one_of, written_at
from database.staff import StaffMember
from schemas.permissions import Role


class PortalLink(Base):
    """A link into the portal, good until `expires_at` and once. Its id is that of the operation that asked for it.

    `target` names the page that it leads to, empty for the first one. `token_sha256` is a plain hash: the token has 256
    random bits. All times of links and sessions are the database's.
    """

    __tablename__ = "portal_links"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("expires_at > created_at", name="expires_later"),
        Index("ix_portal_links_account_id", "account_id"),
        Index("ix_portal_links_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    user_id: Mapped[str]
    role: Mapped[Role]
    return_url: Mapped[str] = mapped_column(server_default="")
    target: Mapped[str] = mapped_column(server_default="")
    token_sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = written_at()
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PortalSession(Base):
    """Somebody in the portal: the product's user `user_id`, in at most this `role`, by the cookie of this hash.

    It ends at `ends_at`, or earlier when nothing was heard since `seen_at` for long, or at `ended_at`: somebody signed
    out. `address` and `agent` are what the browser told when it came, for whoever looks through their sessions.
    """

    __tablename__ = "portal_sessions"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("ends_at > started_at", name="ends_later"),
        Index("ix_portal_sessions_user", "account_id", "user_id"),
        Index("ix_portal_sessions_ends_at", "ends_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    user_id: Mapped[str]
    role: Mapped[Role]
    return_url: Mapped[str] = mapped_column(server_default="")
    token_sha256: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    agent: Mapped[str]
    started_at: Mapped[datetime] = written_at()
    seen_at: Mapped[datetime] = written_at()
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StaffLink(Base):
    """A link into the console for one of the company's own people, good until `expires_at` and once."""

    __tablename__ = "staff_links"
    __table_args__ = (
        CheckConstraint("expires_at > created_at", name="expires_later"),
        Index("ix_staff_links_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey(StaffMember.id))
    token_sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = written_at()
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class StaffSession(Base):
    """One of the company's own people in the console, by the cookie of this hash.

    Until a second factor is shown (`proven_at`) it opens nothing but the page that asks for one, and lives minutes;
    `tries` counts the codes that were sent there. It ends as a customer's does, only earlier.
    """

    __tablename__ = "staff_sessions"
    __table_args__ = (
        CheckConstraint("ends_at > started_at", name="ends_later"),
        CheckConstraint("tries BETWEEN 0 AND 5", name="tries_few"),
        Index("ix_staff_sessions_staff_id", "staff_id"),
        Index("ix_staff_sessions_ends_at", "ends_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey(StaffMember.id))
    token_sha256: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    agent: Mapped[str]
    tries: Mapped[int] = mapped_column(server_default="0")
    started_at: Mapped[datetime] = written_at()
    seen_at: Mapped[datetime] = written_at()
    proven_at: Mapped[datetime | None]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
