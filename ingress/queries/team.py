"""Reads of teams."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.limits.queries import users_max_of
from billing.team.queries import find_invitation, invitation_over, show_invitations, show_open_invitation, show_team
from database.sight import EVERYTHING
from ingress.connection_limit import address_of
from ingress.limits.failures import Failures
from ingress.queries.answers import as_json
from ingress.queries.filters import OfAccount
from ingress.reads import Reads
from schemas.views.team import InvitationsView, OpenInvitationView, TeamView


def account_team(session: Session, account_id: UUID) -> TeamView:
    """`GET /v1/accounts/{id}/team/`"""
    return show_team(session, account_id, users_max_of(session, account_id), _now(session, account_id))


def own_team(session: Session, wanted: OfAccount) -> TeamView:
    """`GET /v1/account/team/`"""
    return account_team(session, wanted.account_id)


def account_invitations(session: Session, account_id: UUID) -> InvitationsView:
    """`GET /v1/accounts/{id}/team/invitations/`"""
    return show_invitations(session, account_id, _now(session, account_id))


def own_invitations(session: Session, wanted: OfAccount) -> InvitationsView:
    """`GET /v1/account/team/invitations/`"""
    return account_invitations(session, wanted.account_id)


class Invited:
    """`GET /v1/team/invitations/{token}/`: whoever has the link has read the mail, and is told what is in it."""

    def __init__(self, reads: Reads, failures: Failures) -> None:
        self._reads = reads
        self._failures = failures

    async def show(self, request: Request) -> Response:
        """Who invites whom, and to what. Nobody keeps a copy on the way. Raises Rejected `invitation_not_found`."""
        token, address = request.path_params["token"], address_of(request)
        self._failures.require_few(address)
        try:
            shown = await self._reads.run(lambda session: open_invitation(session, token), EVERYTHING)
        except Rejected:
            self._failures.note(address)
            raise
        answer = as_json(shown)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer


def open_invitation(session: Session, token: str) -> OpenInvitationView:
    """What whoever has the token of its mail is told. Raises Rejected `invitation_not_found`."""
    found = find_invitation(session, token)
    if found is None:
        raise invitation_over()
    return show_open_invitation(session, token, _now(session, found.account_id))


def _now(session: Session, account_id: UUID) -> datetime:
    return now_of(session, account_id, Wall(datetime.now(UTC)))
