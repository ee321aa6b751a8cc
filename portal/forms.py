"""What a form sends."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request

from ingress.bodies import read_body
from portal.refused import Refused
from schemas.refusals import refusals

# what our pages send; whatever else is no form of theirs
FORM_TYPE = "application/x-www-form-urlencoded"
BODY_BYTES_MAX = 64 * 1024
FIELDS_MAX = 200
DIGITS_MAX = 15
# where a request keeps what it had: its body comes once, and whoever waits for a second one waits for ever
READ = "portal.form"


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields as they were typed, each once: the last one of a name counts. Raises Refused 400 for what is none."""
    if READ not in request.scope:
        request.scope[READ] = await _read(request)
    fields: Mapping[str, str] = request.scope[READ]
    return fields


async def _read(request: Request) -> Mapping[str, str]:
    body = await read_body(request.receive, BODY_BYTES_MAX)
    if body and not is_form(request):
        raise _none_of_ours()
    try:
        fields = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS_MAX, encoding="utf-8", errors="strict"
        )
    except ValueError:
        raise _none_of_ours() from None
    return dict(fields)


def is_form(request: Request) -> bool:
    """Whether what is sent is said to be a form."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM_TYPE


def _none_of_ours() -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, "Not a form of ours", "What was sent cannot be read.")


def whole(text: str) -> int | str:
    """A whole number as somebody typed it; what is none stays as it is, for the command to refuse."""
    typed = text.strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= DIGITS_MAX else text


def is_id(text: str) -> bool:
    """Whether it is one of ours, which nobody has typed."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def errors_by_field(error: ValidationError) -> dict[str, str]:
    """What is wrong with each field, to be shown beside it; of one within another by its own name."""
    return {_field(path): message for path, message in refusals(error)}


def _field(path: str) -> str:
    """`line1` of `billing_address.line1`, `sites` of `sites.0`."""
    names = [part for part in path.split(".") if not part.isdigit()]
    return names[-1] if names else ""
