"""Settings: who is billed and where, who gets mails, by which clock and in which language; and how much is used."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing.errors import Rejected
from ingress.queries.accounts import account_export, show_settings
from ingress.queries.limits import account_limits
from portal.account.settings_forms import KINDS, SAYS, Fields, filled_in
from portal.choices import countries, languages, zones
from portal.forms import read_form
from portal.hands import Hands
from portal.shell import Shell
from portal.showing import Content
from portal.staging import FormErrors, command_by, new_key
from portal.visitors import Visitor
from schemas.commands.accounts import DeleteAccount, ExportAccount, RepeatConfirmation, UpdateAccount
from schemas.views.privacy import ExportView

PERMISSION = "accounts:read"
PATH = "/account/settings"
# who changes this gets the mails about money, and may come in by them
PROVEN = ("email",)
NOTHING: Fields = {}
WHOLE_PERCENT = 100


class SettingsPage:
    """`/account/settings`, and one address below it for each of its forms."""

    def __init__(self, hands: Hands) -> None:
        self._reads = hands.reads
        self._showing = hands.showing
        self._visitors = hands.visitors
        self._staging = hands.staging

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route(PATH, self.show, methods=["GET"]),
            Route(f"{PATH}/email/resend", self.resend, methods=["POST"]),
            Route(f"{PATH}/email/keep", self.keep, methods=["POST"]),
            *(Route(f"{PATH}/{form}", partial(self.change, form), methods=["POST"]) for form in SAYS),
        ]

    async def show(self, request: Request) -> Response:
        """All forms, filled in."""
        return await self._shown(request, PERMISSION, "", NOTHING, NOTHING)

    async def change(self, form: str, request: Request) -> Response:
        """Stage what one form says; what is wrong is told in it, as it was filled in."""
        visitor = await self._visitors.require(request, UpdateAccount.permission)
        fields = await read_form(request)
        try:
            command = command_by(visitor, UpdateAccount, SAYS[form](fields))
        except FormErrors as errors:
            return await self._shown(request, UpdateAccount.permission, form, errors.by_field, fields)
        if form in PROVEN:
            await self._visitors.require_fresh(request, visitor, PATH)
        return await self._staging.say(visitor, command, fields)

    async def resend(self, request: Request) -> Response:
        """Another mail with another link to the address that waits."""
        visitor = await self._visitors.require(request, RepeatConfirmation.permission)
        fields = await read_form(request)
        return await self._staging.say(visitor, command_by(visitor, RepeatConfirmation, {}), fields)

    async def keep(self, request: Request) -> Response:
        """The address that is used stays: what was asked for is taken back."""
        visitor = await self._visitors.require(request, UpdateAccount.permission)
        fields = await read_form(request)
        account_id = visitor.account_id
        used = await self._reads.run(
            lambda session: show_settings(session, account_id).billing_email, visitor.principal.sight
        )
        return await self._staging.say(visitor, command_by(visitor, UpdateAccount, {"billing_email": used}), fields)

    async def _shown(
        self, request: Request, permission: str, failed: str, errors: Mapping[str, str], fields: Fields
    ) -> Response:
        """`failed` names the form that is to be mended; the others are as they would be anyway."""

        def key_of(form: str) -> str:
            return fields.get("operation_key", "") if form == failed else new_key()

        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            return {**_content(session, visitor, shell, fields), "errors": errors, "key_of": key_of}

        return await self._showing.page(request, permission, "account/settings.html", read)


def _content(session: Session, visitor: Visitor, shell: Shell, fields: Fields) -> dict[str, Any]:
    settings = show_settings(session, visitor.account_id)
    shown = {**filled_in(settings), **fields}
    return {
        "settings": settings,
        "fields": shown,
        "kinds": KINDS,
        "countries": countries(shell.locale),
        "languages": languages(shown["locale"]),
        "zones": zones(shown["time_zone"]),
        "limits": account_limits(session, visitor.account_id),
        "percent": _percent,
        "export": _export(session, visitor),
        "may_change": visitor.may(UpdateAccount.permission),
        "may_export": visitor.may(ExportAccount.permission),
        "may_delete": visitor.may(DeleteAccount.permission),
    }


def _percent(used: int, most: int) -> int:
    """How much of it is used, for a bar; of nothing all."""
    return min(WHOLE_PERCENT, used * WHOLE_PERCENT // most) if most > 0 else WHOLE_PERCENT


def _export(session: Session, visitor: Visitor) -> ExportView | None:
    """How far the copy is, for who may have one; None where none was asked for, or it is over."""
    if not visitor.may(ExportAccount.permission):
        return None
    try:
        return account_export(session, visitor.account_id)
    except Rejected:
        return None
