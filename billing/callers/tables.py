"""Who may open the portal and the console, who is in them, and who asks to be let in by mail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
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
    out. At `proven_at` they have shown for the last time that it is them, by what a mail had: who came by the product's
    word alone has not. `address` and `agent` are what the browser told when it came, for whoever looks through their
    sessions.

    Who came by mail left `known_sha256`: a hash of another cookie of this browser together with that address. By it the
    browser is known when it asks for the next mail.
    """

    __tablename__ = "portal_sessions"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("ends_at > started_at", name="ends_later"),
        Index("ix_portal_sessions_user", "account_id", "user_id"),
        Index("ix_portal_sessions_ends_at", "ends_at"),
        Index("ix_portal_sessions_known", "known_sha256", postgresql_where=text("known_sha256 IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    user_id: Mapped[str]
    role: Mapped[Role]
    return_url: Mapped[str] = mapped_column(server_default="")
    token_sha256: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    agent: Mapped[str]
    known_sha256: Mapped[str | None]
    started_at: Mapped[datetime] = written_at()
    seen_at: Mapped[datetime] = written_at()
    proven_at: Mapped[datetime | None]
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

    Until a second factor is shown (`proven_at`, the last time) it opens nothing but the page that asks for one, and
    lives minutes; `tries` counts the codes that were wrong since. It ends as a customer's does, only earlier.
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


class AccountLook(Base):
    """One of the company's own people looks at an account's pages as its people do, until `ends_at` or `ended_at`.

    The account's people are shown that, and `reason`.
    """

    __tablename__ = "account_looks"
    __table_args__ = (
        CheckConstraint("ends_at > started_at", name="ends_later"),
        CheckConstraint("reason <> ''", name="reason_is_said"),
        Index("ix_account_looks_account_id", "account_id"),
        Index("ix_account_looks_staff_id", "staff_id"),
        Index("ix_account_looks_ends_at", "ends_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey(StaffMember.id))
    reason: Mapped[str]
    started_at: Mapped[datetime] = written_at()
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignIn(Base):
    """Somebody has typed `email` to be let in by it, in the browser with the cookie of this hash.

    It is *proven* once, by the code of its mail in that browser or by the link in any; who came with the proof has the
    cookie of `proof_sha256`, and *entered* once. What is in the mail is known by its hashes, see `SignInSecret`; into
    which accounts it leads, by `SignInWay`: of an address that leads nowhere there are neither, and nobody else can
    tell. `network` is where the browser came from: its address, or of IPv6 the /64 of that.

    With `session_id` nobody is let in by it: somebody who is in the portal already shows that it is them.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries_counted"),
        CheckConstraint("(proven_at IS NULL) = (proof_sha256 IS NULL)", name="proven_by_somebody"),
        CheckConstraint("entered_at IS NULL OR proven_at IS NOT NULL", name="entered_with_a_proof"),
        Index("ix_sign_ins_created_at", "created_at"),
        Index("ix_sign_ins_network", "network", "created_at"),
        Index("ix_sign_ins_session_id", "session_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey(PortalSession.id, ondelete="CASCADE"))
    email: Mapped[str]
    network: Mapped[str]
    browser_sha256: Mapped[str] = mapped_column(unique=True)
    tries: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = written_at()
    proven_at: Mapped[datetime | None]
    proof_sha256: Mapped[str | None] = mapped_column(unique=True)
    entered_at: Mapped[datetime | None]


class SignInSecret(Base):
    """The code and the link of a mail, or of another try to send it: which of them arrived nobody knows.

    A code has few digits: whoever reads its hash finds it, and can use it in no browser but the one that asked.
    """

    __tablename__ = "sign_in_secrets"
    __table_args__ = (Index("ix_sign_in_secrets_sign_in_id", "sign_in_id"),)

    link_sha256: Mapped[str] = mapped_column(primary_key=True)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey("sign_ins.id", ondelete="CASCADE"))
    code_sha256: Mapped[str]


class SignInWay(Base):
    """As whom a mail lets somebody into which account."""

    __tablename__ = "sign_in_ways"
    __table_args__ = (
        one_of("role", Role),
        Index("ix_sign_in_ways_account_id", "account_id"),
    )

    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey("sign_ins.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    user_id: Mapped[str]
    role: Mapped[Role]


class ParkedForm(Base):
    """What somebody sent when their session was over: kept for minutes, for the same user in the same browser.

    `token_sha256` is the hash of that browser's cookie. `fields` are the form's, as they were typed; nothing is left of
    them from `over_at` on: it was sent, thrown away, or others came after it.
    """

    __tablename__ = "parked_forms"
    __table_args__ = (
        Index("ix_parked_forms_account_id", "account_id"),
        Index("ix_parked_forms_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    user_id: Mapped[str]
    token_sha256: Mapped[str] = mapped_column(unique=True)
    path: Mapped[str]
    fields: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = written_at()
    over_at: Mapped[datetime | None]


class StaffParkedForm(Base):
    """The same of one of the company's own people: a table of its own, which the portal cannot read."""

    __tablename__ = "staff_parked_forms"
    __table_args__ = (
        Index("ix_staff_parked_forms_staff_id", "staff_id"),
        Index("ix_staff_parked_forms_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey(StaffMember.id))
    token_sha256: Mapped[str] = mapped_column(unique=True)
    path: Mapped[str]
    fields: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = written_at()
    over_at: Mapped[datetime | None]
