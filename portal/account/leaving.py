"""A copy of all that is known of the account, and the end of it."""

from collections.abc import Mapping

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing.accounts.queries import get_account
from ingress.queries.accounts import export_file
from portal.forms import read_form
from portal.hands import Hands
from portal.once import with_key
from portal.shell import Shell
from portal.showing import Content
from portal.staging import command_by
from portal.visitors import Visitor
from schemas.commands.accounts import DeleteAccount, ExportAccount

NOTHING: Mapping[str, str] = {}
DIFFERS = "Type the account's name exactly as it is written above."


class LeavingPage:
    """`/account/settings/export`, its file, and `/account/settings/delete`."""

    def __init__(self, hands: Hands) -> None:
        self._reads = hands.reads
        self._showing = hands.showing
        self._visitors = hands.visitors
        self._staging = hands.staging

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/account/settings/export", self.export, methods=["POST"]),
            Route("/account/settings/export.zip", self.file, methods=["GET"]),
            Route("/account/settings/delete", with_key(self.ask_to_delete), methods=["GET"]),
            Route("/account/settings/delete", self.delete, methods=["POST"]),
        ]

    async def export(self, request: Request) -> Response:
        """Have a copy written."""
        visitor = await self._visitors.require(request, ExportAccount.permission)
        fields = await read_form(request)
        return await self._staging.say(visitor, command_by(visitor, ExportAccount, {}), fields)

    async def file(self, request: Request) -> Response:
        """The copy, once it is written."""
        visitor = await self._visitors.require(request, ExportAccount.permission)
        account_id = visitor.account_id
        handing_out = await self._reads.run(lambda session: export_file(session, account_id), visitor.principal.sight)
        return handing_out(request)

    async def ask_to_delete(self, request: Request) -> Response:
        """What ends, what is erased, what the law keeps; and a field for the name."""
        visitor = await self._visitors.require(request, DeleteAccount.permission)
        await self._visitors.require_fresh(request, visitor)
        return await self._asked(request, NOTHING, NOTHING)

    async def delete(self, request: Request) -> Response:
        """Stage it, if the name was typed as it is."""
        visitor = await self._visitors.require(request, DeleteAccount.permission)
        await self._visitors.require_fresh(request, visitor)
        fields = await read_form(request)
        account_id, typed = visitor.account_id, fields.get("confirm_name", "")
        name = await self._reads.run(lambda session: get_account(session, account_id).name, visitor.principal.sight)
        if typed != name:
            return await self._asked(request, {"confirm_name": DIFFERS}, fields)
        command = command_by(visitor, DeleteAccount, {"confirm_name": typed})
        gone = self._showing.gone(visitor, "Your account is deleted")
        return await self._staging.say_last(visitor, command, fields, gone)

    async def _asked(self, request: Request, errors: Mapping[str, str], fields: Mapping[str, str]) -> Response:
        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            return {"errors": errors, "fields": fields, "may_export": visitor.may(ExportAccount.permission)}

        return await self._showing.page(request, DeleteAccount.permission, "account/delete.html", read)
