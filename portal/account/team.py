"""Team: who may act for the account, who is invited; to invite, to send it again, to call it off, and to leave."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingress.queries.team import account_invitations, account_team
from portal.forms import read_form
from portal.hands import Hands
from portal.once import with_key
from portal.shell import Shell
from portal.showing import Content
from portal.staging import FormErrors, command_by, new_key
from portal.visitors import Visitor
from portal.words import ROLES
from schemas.commands.base import Command
from schemas.commands.team import CancelInvitation, InviteMember, LeaveTeam, RepeatInvitation, TransferOwnership
from schemas.permissions import Role, is_above
from schemas.views.team import TeamView

PERMISSION = "team:read"
NOTHING: Mapping[str, str] = {}


class TeamPage:
    """`/account/team`, and what is done about invitations below it."""

    def __init__(self, hands: Hands) -> None:
        self._showing = hands.showing
        self._visitors = hands.visitors
        self._staging = hands.staging

    def routes(self) -> list[Route]:
        """Its addresses."""
        invitation = "/account/team/invitations/{id:uuid}"
        return [
            Route("/account/team", self.show, methods=["GET"]),
            Route("/account/team/invite", self.invite, methods=["POST"]),
            Route(f"{invitation}/resend", self.resend, methods=["POST"]),
            Route(f"{invitation}/cancel", self.cancel, methods=["POST"]),
            Route("/account/team/leave", with_key(self.ask_to_leave), methods=["GET"]),
            Route("/account/team/leave", self.leave, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Members, invitations, and the form to invite somebody."""
        return await self._shown(request, PERMISSION, NOTHING, {"operation_key": new_key()})

    async def invite(self, request: Request) -> Response:
        """Stage an invitation; what is wrong is told beside its field."""
        visitor = await self._visitors.require(request, InviteMember.permission)
        fields = await read_form(request)
        # nobody else is let give it
        if fields.get("role") == Role.OWNER in roles_within(visitor):
            await self._visitors.require_fresh(request, visitor)
        said = {"email": fields.get("email", ""), "role": fields.get("role", ""), "sites": sites_of(fields)}
        try:
            command = command_by(visitor, InviteMember, said)
        except FormErrors as errors:
            return await self._shown(request, InviteMember.permission, errors.by_field, fields)
        return await self._staging.say(visitor, command, fields)

    async def resend(self, request: Request) -> Response:
        """Another mail with another link."""
        return await self._said(request, RepeatInvitation, {"invitation_id": str(request.path_params["id"])})

    async def cancel(self, request: Request) -> Response:
        """Its link opens nothing any more."""
        return await self._said(request, CancelInvitation, {"invitation_id": str(request.path_params["id"])})

    async def ask_to_leave(self, request: Request) -> Response:
        """What follows from it, and a button."""
        return await self._showing.page(request, LeaveTeam.permission, "account/leave_team.html", lambda *_: {})

    async def leave(self, request: Request) -> Response:
        """In one's own name, whatever the form says."""
        visitor = await self._visitors.require(request, LeaveTeam.permission)
        fields = await read_form(request)
        gone = self._showing.gone(visitor, "You have left the team")
        return await self._staging.say_last(visitor, command_by(visitor, LeaveTeam, {}), fields, gone)

    async def _said(self, request: Request, command_class: type[Command], named: Mapping[str, str]) -> Response:
        visitor = await self._visitors.require(request, command_class.permission)
        fields = await read_form(request)
        return await self._staging.say(visitor, command_by(visitor, command_class, named), fields)

    async def _shown(
        self, request: Request, permission: str, errors: Mapping[str, str], fields: Mapping[str, str]
    ) -> Response:
        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            return {**_team(session, visitor), "errors": errors, "fields": fields}

        return await self._showing.page(request, permission, "account/team.html", read)


def sites_of(fields: Mapping[str, str]) -> list[str] | None:
    """The sites that a form names, one in a line; none: all."""
    named = [line.strip() for line in fields.get("sites", "").splitlines() if line.strip()]
    return named or None


def roles_within(visitor: Visitor) -> dict[str, str]:
    """The roles that a visitor may give, each with what it may."""
    own = Role(visitor.principal.role or Role.MEMBER)
    return {name: words for name, words in ROLES.items() if not is_above(Role(name), own)}


def _team(session: Session, visitor: Visitor) -> dict[str, Any]:
    team = account_team(session, visitor.account_id)
    return {
        "team": team,
        "invitations": account_invitations(session, visitor.account_id).invitations,
        "names": {member.user_id: member.name or member.email for member in team.members},
        "roles": ROLES,
        "given": roles_within(visitor),
        "own_role": visitor.principal.role,
        "may_manage": visitor.may(InviteMember.permission),
        "may_transfer": team.is_kept and len(team.members) > 1 and visitor.may(TransferOwnership.permission),
        "may_leave": _may_leave(team, visitor),
    }


def _may_leave(team: TeamView, visitor: Visitor) -> bool:
    """Whoever is in a team that is kept, unless they are its only owner. The command asks again."""
    owners = [member.user_id for member in team.members if member.role is Role.OWNER]
    return team.is_kept and owners != [visitor.principal.id] and visitor.may(LeaveTeam.permission)
