"""What somebody of staff may do about one thing: a page that tells what it is, asks for what is missing, one button.

The page reads what the button is about as the API shows it; the button stages the API's own command. What is wrong with
the form is told in the form, as it was filled in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.console.colleagues import Colleague
from portal.console.facts import Fact
from portal.console.fields import Field, as_said
from portal.console.fresh import CODE, DANGEROUS
from portal.console.hands import Hands
from portal.console.showing import Content, Look
from portal.forms import read_form
from portal.once import with_key
from portal.staging import FormErrors, checked
from schemas.commands.base import Command

TEMPLATE = "console/ask.html"
NO_ERRORS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of the thing. `hidden` goes with the form as it was shown: whoever decides says about what.

    Of a field that is seen it is what stands there first.

    `currency` is that of amounts in the form; `why_not` says why nothing is to be done, and then there is no button.
    """

    facts: Sequence[Fact]
    hidden: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do. `path` has the `{id}` of what it is about, which the command has as the field `about`.

    What is made anew has neither, and `read` is told None. `named_by` is what an id is. `reads` is the permission that
    `read` takes. `says` is what the button will do, in sentences; all words are catalogue keys. `fixed` is what its
    button says besides; `preview` are lines that tell how what was typed would look, by a button of their own.
    """

    path: str
    command: type[Command]
    about: str
    reads: str
    read: Callable[[Look, Any], Told]
    title: str
    button: str
    back: str
    says: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    is_danger: bool = False
    fixed: Mapping[str, Any] = field(default_factory=dict)
    preview: Callable[[Look, Any, Mapping[str, str]], str] | None = None
    named_by: Literal["uuid", "str"] = "uuid"


# of what was shown, in the address of the page that asks; a command that takes one refuses another
FINGERPRINT = "fingerprint"
# which button of a form was pressed, where it has two
BUTTON, PREVIEW = "do", "preview"


class Asking:
    """`GET` and `POST` of one deed."""

    def __init__(self, hands: Hands, deed: Deed) -> None:
        self._showing = hands.showing
        self._colleagues = hands.colleagues
        self._staging = hands.staging
        self._fresh = hands.fresh
        self._deed = deed

    def routes(self) -> list[Route]:
        """Its address."""
        path = self._deed.path.replace("{id}", f"{{id:{self._deed.named_by}}}")
        return [Route(path, with_key(self.ask), methods=["GET"]), Route(path, self.do, methods=["POST"])]

    async def ask(self, request: Request) -> Response:
        """What it is about, and the form."""
        # what was looked at before this page was asked for, and not what it may have become meanwhile
        shown = {name: value for name, value in request.query_params.items() if name == FINGERPRINT}
        return await self._asked(request, NO_ERRORS, shown)

    async def do(self, request: Request) -> Response:
        """Stage it, in the name of who sent the form."""
        deed, row_id = self._deed, request.path_params.get("id")
        colleague = await self._colleagues.require(request, deed.command.permission)
        fields = await read_form(request)
        if deed.preview is not None and fields.get(BUTTON) == PREVIEW:
            return await self._asked(request, NO_ERRORS, fields)
        currency = ""
        if any(each.kind == "amount" for each in deed.fields):
            told = await self._showing.read(colleague, request, lambda look: deed.read(look, row_id))
            currency = told.currency or fields.get("currency", "").strip()
        try:
            said = as_said(deed.fields, fields, currency)
            about = {deed.about: str(row_id)} if deed.about else {}
            command = checked(deed.command, {**said, **deed.fixed, **about})
        except FormErrors as errors:
            return await self._asked(request, errors.by_field, fields)
        code = fields.get(CODE, "")
        if self._needs_code(colleague) and (why_not := await self._fresh.why_not(request, colleague, code)):
            return await self._asked(request, {CODE: why_not}, fields)
        return await self._staging.say(colleague, command, fields)

    def _needs_code(self, colleague: Colleague) -> bool:
        return self._deed.command in DANGEROUS and not colleague.is_fresh

    async def _asked(self, request: Request, errors: Mapping[str, str], typed: Mapping[str, str]) -> Response:
        deed, row_id = self._deed, request.path_params.get("id")
        colleague = await self._colleagues.require(request, deed.reads, deed.command.permission)

        def read(look: Look) -> Content:
            told = deed.read(look, row_id)
            filled = {**told.hidden, **typed}
            lines = deed.preview(look, row_id, filled) if deed.preview is not None else None
            shown = {"told": told, "errors": errors, "typed": filled, "preview": lines}
            return {**_around(deed, row_id), **shown, "needs_code": self._needs_code(colleague)}

        return await self._showing.page_of(colleague, request, TEMPLATE, read)


def _around(deed: Deed, row_id: object) -> dict[str, Any]:
    return {"deed": deed, "back": deed.back.format(id=row_id)}
