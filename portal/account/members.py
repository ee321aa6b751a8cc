"""One member of the team: another role or other sites, taken out, or made the owner. Each is looked at before."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingress.queries.team import account_team
from portal.account.team import roles_within, sites_of
from portal.forms import read_form
from portal.hands import Hands
from portal.once import with_key
from portal.refused import not_found
from portal.shell import Shell
from portal.showing import Content
from portal.staging import FormErrors, command_by, new_key
from portal.visitors import Visitor
from schemas.commands.team import ChangeRole, RemoveMember, TransferOwnership
from schemas.permissions import Role
from schemas.views.team import MemberView

NOTHING: Mapping[str, str] = {}
CHANGE, REMOVE, TRANSFER = "account/member.html", "account/remove_member.html", "account/transfer.html"


class MembersPage:
    """`/account/team/members/{id}`, `remove` below it, and `/account/team/transfer`."""

    def __init__(self, hands: Hands) -> None:
        self._showing = hands.showing
        self._visitors = hands.visitors
        self._staging = hands.staging

    def routes(self) -> list[Route]:
        """Its addresses."""
        member = "/account/team/members/{id:uuid}"
        return [
            Route(member, self.show, methods=["GET"]),
            Route(member, self.change, methods=["POST"]),
            Route(f"{member}/remove", with_key(self.ask_to_remove), methods=["GET"]),
            Route(f"{member}/remove", self.remove, methods=["POST"]),
            Route("/account/team/transfer", with_key(self.ask_to_transfer), methods=["GET"]),
            Route("/account/team/transfer", self.transfer, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """What a member may do and with which sites, to be changed."""

        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            member = _member(session, visitor, request.path_params["id"])
            asked = {"operation_key": new_key(), "role": member.role, "sites": "\n".join(member.sites or ())}
            return {"member": member, "fields": asked, "errors": NOTHING, "given": roles_within(visitor)}

        return await self._showing.page(request, ChangeRole.permission, CHANGE, read)

    async def change(self, request: Request) -> Response:
        """Stage it; what is wrong is shown in the form, as it was filled in."""
        visitor = await self._visitors.require(request, ChangeRole.permission)
        fields = await read_form(request)
        await self._require_fresh_for_owners(request, visitor, fields.get("role", ""))
        said = {"member_id": str(request.path_params["id"]), "role": fields.get("role", ""), "sites": sites_of(fields)}
        try:
            command = command_by(visitor, ChangeRole, said)
        except FormErrors as errors:
            return await self._again(request, CHANGE, errors, fields)
        return await self._staging.say(visitor, command, fields)

    async def ask_to_remove(self, request: Request) -> Response:
        """Who it is and what follows, and a button."""

        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            return {"member": _member(session, visitor, request.path_params["id"])}

        return await self._showing.page(request, RemoveMember.permission, REMOVE, read)

    async def remove(self, request: Request) -> Response:
        """Stage it."""
        visitor = await self._visitors.require(request, RemoveMember.permission)
        fields = await read_form(request)
        await self._require_fresh_for_owners(request, visitor)
        command = command_by(visitor, RemoveMember, {"member_id": str(request.path_params["id"])})
        return await self._staging.say(visitor, command, fields)

    async def ask_to_transfer(self, request: Request) -> Response:
        """To whom, and what follows."""
        visitor = await self._visitors.require(request, TransferOwnership.permission)
        await self._visitors.require_fresh(request, visitor)
        return await self._transferring(request, NOTHING, NOTHING)

    async def transfer(self, request: Request) -> Response:
        """Stage it; without a member the form is shown again."""
        visitor = await self._visitors.require(request, TransferOwnership.permission)
        await self._visitors.require_fresh(request, visitor)
        fields = await read_form(request)
        try:
            command = command_by(visitor, TransferOwnership, {"member_id": fields.get("member_id", "")})
        except FormErrors as errors:
            return await self._transferring(request, errors.by_field, fields)
        return await self._staging.say(visitor, command, fields)

    async def _transferring(self, request: Request, errors: Mapping[str, str], fields: Mapping[str, str]) -> Response:
        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            members = account_team(session, visitor.account_id).members
            others = [each for each in members if each.role is not Role.OWNER]
            return {"others": {str(each.id): called(each) for each in others}, "fields": fields, "errors": errors}

        return await self._showing.page(request, TransferOwnership.permission, TRANSFER, read)

    async def _again(self, request: Request, template: str, errors: FormErrors, fields: Mapping[str, str]) -> Response:
        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            member = _member(session, visitor, request.path_params["id"])
            shown = {"member": member, "given": roles_within(visitor)}
            return {**shown, "fields": fields, "errors": errors.by_field}

        return await self._showing.page(request, ChangeRole.permission, template, read)

    async def _require_fresh_for_owners(self, request: Request, visitor: Visitor, role: str = "") -> None:
        """Who makes an owner, or takes one's place away, shows again who they are. Raises ProofNeeded."""
        if Role.OWNER not in roles_within(visitor):
            return  # of owners, what an owner says alone counts
        member = await self._showing.read(visitor, lambda session: _member(session, visitor, request.path_params["id"]))
        if Role.OWNER in (member.role, role):
            await self._visitors.require_fresh(request, visitor)


def called(member: MemberView) -> str:
    """A member as people know them."""
    return f"{member.name} ({member.email})" if member.name else member.email


def _member(session: Session, visitor: Visitor, member_id: UUID) -> MemberView:
    """One of the visitor's own team; others' do not exist."""
    members = account_team(session, visitor.account_id).members
    found = next((each for each in members if each.id == member_id), None)
    if found is None:
        raise not_found()
    return found
