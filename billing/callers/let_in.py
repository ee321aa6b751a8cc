"""Let a user of a customer's into the portal, by a link that is good for minutes and once."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, insert
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.callers.tables import PortalLink
from billing.errors import Rejected
from billing.team.queries import membership_of
from schemas.commands.portal import StartPortalSession

LINK_LIVES = timedelta(minutes=5)


def let_in(session: Session, link_id: UUID, command: StartPortalSession) -> PortalLink:
    """The link. Raises Rejected `account_not_found`, and `not_a_member` for who is not in a team that is kept here."""
    get_account(session, command.account_id)
    found = membership_of(session, command.account_id, command.user_id)
    if found.is_kept and found.role is None:
        raise Rejected("not_a_member", "This user is not in the account's team.", status=403)
    values = {
        "id": link_id, "account_id": command.account_id, "user_id": command.user_id, "role": command.role,
        "return_url": command.return_url or "", "target": command.target or "", "token_sha256": command.token_sha256,
        "expires_at": func.now() + LINK_LIVES,
    }  # fmt: skip
    return session.scalars(insert(PortalLink).values(values).returning(PortalLink)).one()
