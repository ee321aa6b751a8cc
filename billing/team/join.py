"""Join a team, since the link in a mail was followed; and make such links."""

import secrets
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.accounts.rules import hash_token
from billing.errors import Rejected
from billing.team.queries import count_seats, find_invitation, find_member, invitation_over, view_member
from billing.team.tables import Invitation, InvitationLink, Member
from database.ids import uuid7
from database.rows import insert_rows
from database.untold import tell
from schemas.commands.team import AcceptInvitation

TOKEN_BYTES = 32


def join(session: Session, command: AcceptInvitation, users_max: int | None, now: datetime) -> Member:
    """The new member. A token is good once; `now` is the account's own time.

    The seat is the one that the invitation has held. Raises Rejected `invitation_not_found` for a token that is none,
    was used before or is over, `already_member`, and `users_limit_reached` where the plan allows fewer by now.
    """
    found = find_invitation(session, command.token)
    if found is None:
        raise invitation_over()
    account = lock_account(session, found.account_id)
    # of two that follow the link at once the second waits at the account, and finds it gone
    invitation = find_invitation(session, command.token)
    if invitation is None or invitation.expires_at <= now:
        raise invitation_over()
    if find_member(session, account.id, command.user_id) is not None:
        raise Rejected("already_member", "This user is in the team already.", status=409)
    if users_max is not None and count_seats(session, account.id, now) > users_max:
        raise Rejected("users_limit_reached", f"The plan allows {users_max} users by now.", status=409)
    member = Member(
        id=uuid7(),
        account_id=account.id,
        user_id=command.user_id,
        email=invitation.email,
        name=command.name,
        role=invitation.role,
        sites=invitation.sites,
        joined_at=now,
    )
    session.delete(invitation)
    session.add(member)
    session.flush()
    tell(session, "team.joined", account.id, member.id, view_member(member).model_dump(mode="json"))
    return member


def make_link(session: Session, waiting: Invitation, cause: str) -> str:
    """A fresh token for a mail of this cause. Those of mails before it end, and not those of its own earlier tries.

    An earlier try may have been delivered though its answer was lost: whichever of them arrived, its link works.
    """
    of_others = InvitationLink.invitation_id == waiting.id, InvitationLink.cause != cause
    session.execute(delete(InvitationLink).where(*of_others))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    insert_rows(
        session, InvitationLink, {"token_sha256": hash_token(token), "invitation_id": waiting.id, "cause": cause}
    )
    return token
