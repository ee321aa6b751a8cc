"""A team of an account, for tests: who acts, whom they invite, and the mail in which the link is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.notices.letterhead import Letterhead
from billing.notices.letters import LETTERS
from billing.notices.occasion import Occasion
from billing.team.authority import SaidBy
from billing.team.call_off import call_off
from billing.team.change_role import change_role
from billing.team.invite import INVITATION, Times, invite
from billing.team.invite_again import invite_again
from billing.team.join import join
from billing.team.queries import find_member, show_invitations, show_team, view_invitation, view_member
from billing.team.remove import leave, remove
from billing.team.transfer import transfer
from database.engine import Database
from database.outbox import OutboxEntry
from database.untold import TOLD, UntoldChange
from schemas.commands.team import AcceptInvitation, ChangeRole, InviteMember, TransferOwnership
from schemas.documents import NoticeFacts, PartyFacts
from schemas.permissions import Role
from schemas.views.team import InvitationView, MemberView, TeamView, TransferredOwnershipView
from tests.billing.subscribers import utc

MONDAY = utc("2026-11-23 09:00")
OWNER = "user-1"
PAGE = "https://app.example/join/#{token}"


@dataclass(frozen=True)
class Team:
    """An account's; `users_max` is what its plan allows."""

    database: Database
    account_id: UUID
    users_max: int | None = None

    def invite(
        self, email: str, role: str = "member", by: str | None = OWNER, at: datetime = MONDAY, **more: Any
    ) -> InvitationView:
        """Ask somebody in."""
        said = InviteMember(account_id=self.account_id, email=email, role=Role(role), acting_user_id=by, **more)
        with self.database.transaction() as session:
            return view_invitation(invite(session, said, self.users_max, Times(at, at)), at)

    def resend(self, invitation_id: UUID, at: datetime, by: str | None = OWNER) -> InvitationView:
        """Have the mail sent again."""
        with self.database.transaction() as session:
            return view_invitation(invite_again(session, invitation_id, SaidBy(by), self.users_max, Times(at, at)), at)

    def call_off(self, invitation_id: UUID, by: str | None = OWNER) -> None:
        """Take it back."""
        with self.database.transaction() as session:
            call_off(session, invitation_id, SaidBy(by))

    def accept(self, token: str, user_id: str, at: datetime = MONDAY, name: str = "") -> MemberView:
        """Follow the link as this user."""
        with self.database.transaction() as session:
            said = AcceptInvitation(token=token, user_id=user_id, name=name)
            return view_member(join(session, said, self.users_max, at))

    def add(self, user_id: str, role: str = "member", **more: Any) -> MemberView:
        """Somebody who was invited and came."""
        self.invite(f"{user_id}@ada.example", role, by=None, **more)
        return self.accept(self.token(), user_id)

    def member(self, user_id: str) -> MemberView | None:
        """Who this user is in it."""
        with self.database.transaction() as session:
            found = find_member(session, self.account_id, user_id)
            return view_member(found) if found else None

    def change(self, member_id: UUID, by: str | None = OWNER, **fields: Any) -> MemberView:
        """Another role, or other sites."""
        said = {"member_id": member_id, **fields}
        with self.database.transaction() as session:
            return view_member(change_role(session, ChangeRole(acting_user_id=by, **said)))

    def remove(self, member_id: UUID, by: str | None = OWNER, token_says: Role | None = None) -> MemberView:
        """Take them out."""
        with self.database.transaction() as session:
            return remove(session, member_id, SaidBy(by, token_says))

    def leave(self, user_id: str) -> MemberView:
        """They go by themselves."""
        with self.database.transaction() as session:
            return leave(session, self.account_id, user_id)

    def transfer(self, member_id: UUID, by: str | None = OWNER) -> TransferredOwnershipView:
        """Another owner."""
        said = TransferOwnership(account_id=self.account_id, member_id=member_id, acting_user_id=by)
        with self.database.transaction() as session:
            return transfer(session, said)

    def show(self, at: datetime = MONDAY) -> TeamView:
        """As it is."""
        with self.database.transaction() as session:
            return show_team(session, self.account_id, self.users_max, at)

    def waiting(self, at: datetime = MONDAY) -> list[InvitationView]:
        """Who is invited."""
        with self.database.transaction() as session:
            return show_invitations(session, self.account_id, at).invitations

    def mails(self) -> list[OutboxEntry]:
        """Invitations that were staged, the oldest first."""
        with self.database.transaction() as session:
            of_topic = select(OutboxEntry).where(OutboxEntry.topic == INVITATION)
            return list(session.scalars(of_topic.order_by(OutboxEntry.id)))

    def read(self, entry: OutboxEntry | None = None, at: datetime = MONDAY, page: str = PAGE) -> NoticeFacts:
        """What a mail says when it is sent; the newest."""
        mail = entry or self.mails()[-1]
        letterhead = Letterhead(PartyFacts("Example SaaS Inc."), "", "", {}, str, invitation_url=page)
        with self.database.transaction() as session:
            return LETTERS[mail.topic](session, Occasion(mail.subject_id, mail.cause, letterhead, Wall(at), mail.topic))

    def token(self, entry: OutboxEntry | None = None, at: datetime = MONDAY) -> str:
        """That of the link in it."""
        invitation = self.read(entry, at).invitation
        assert invitation is not None
        return invitation.join_url.rpartition("#")[2]

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """What the product is told of teams, in order."""
        with self.database.transaction() as session:
            return told_in(session)


def told_in(session: Session) -> list[tuple[str, dict[str, Any]]]:
    """Types and data of what was told."""
    told = session.scalars(select(UntoldChange).where(UntoldChange.kind == TOLD).order_by(UntoldChange.id))
    return [(change.after["type"], change.after["data"]) for change in told if change.after["type"][:5] == "team."]


def somebody() -> str:
    """A user id that nobody else has."""
    return f"user-{uuid4().hex[:8]}"
