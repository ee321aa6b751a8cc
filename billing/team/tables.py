"""Members of accounts, and invitations that wait."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, one_of, written_at
from schemas.permissions import Role

_SITES_ARE_LISTED = "jsonb_typeof(sites) = 'array'"
_OWNER_HAS_ALL_SITES = "role <> 'owner' OR sites IS NULL"


class Member(Base):
    """Somebody who may act for an account. `user_id` is the product's own id of the person: `sub` of their tokens.

    `sites` are the names of those that they work with, null: all. `joined_at` is the account's own time. Whoever
    leaves has no row any more. The database keeps an owner among the members of an account that is not closed.
    """

    __tablename__ = "account_members"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint(_SITES_ARE_LISTED, name="sites_are_listed"),
        CheckConstraint(_OWNER_HAS_ALL_SITES, name="owner_has_all_sites"),
        UniqueConstraint("account_id", "user_id"),
        Index("ix_account_members_user", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    user_id: Mapped[str]
    email: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    role: Mapped[Role]
    sites: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    joined_at: Mapped[datetime]
    created_at: Mapped[datetime] = written_at()


Index("ix_account_members_email", func.lower(Member.email).label("email"), postgresql_ops={"email": "text_pattern_ops"})


class Invitation(Base):
    """Somebody who is asked into a team and has not answered: one at a time per address and account.

    `invited_by` is the user id of the member who asked, empty where it was the product or the company. The last of so
    many `mails` was asked for at `mailed_at`, by the wall clock; it can be accepted until `expires_at`, the account's
    own time. One that was accepted or called off has no row any more.
    """

    __tablename__ = "team_invitations"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint(_SITES_ARE_LISTED, name="sites_are_listed"),
        CheckConstraint(_OWNER_HAS_ALL_SITES, name="owner_has_all_sites"),
        CheckConstraint("mails >= 1", name="mails_counted"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    email: Mapped[str]
    role: Mapped[Role]
    sites: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    invited_by: Mapped[str] = mapped_column(server_default="")
    mails: Mapped[int] = mapped_column(server_default="1")
    mailed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = written_at()


Index("uq_team_invitations_address", Invitation.account_id, func.lower(Invitation.email), unique=True)


class InvitationLink(Base):
    """A link in a mail, known by the hash of its token. `cause` is that of the mail, however often it was tried."""

    __tablename__ = "invitation_links"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    invitation_id: Mapped[UUID] = mapped_column(ForeignKey("team_invitations.id", ondelete="CASCADE"), index=True)
    cause: Mapped[str]
    created_at: Mapped[datetime] = written_at()
