"""The form of a bill by hand: its lines as they are typed, one more, one less, and what all of it says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import count, takewhile
from typing import Any

from pydantic import ValidationError

from portal.console.fields import minor_of
from portal.forms import whole
from portal.staging import FormErrors
from schemas.commands.invoices import CreateInvoice
from schemas.refusals import refusals

# as many as the fields of one form have room for (`portal.forms`); a longer bill is the API's
LINES_MAX = 40
HEAD = ("account_id", "currency", "due_days", "method", "send")
METHODS = {"": "as the customer likes", "bank_transfer": "a transfer", "local_wallet": "a local wallet"}
SENDS = {"yes": "mail it with its PDF", "no": "mail nothing"}
ADD = "add"
_REMOVE = re.compile(r"remove-(\d{1,2})", re.ASCII)
# what a line is called here, by what the command calls it
_PLACES = {"unit_minor": "price", "package": "what", "service": "what"}


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line as it is typed. `what` is empty for a price of its own, else `package:NAME` or `service:NAME`."""

    what: str = ""
    description: str = ""
    quantity: str = "1"
    price: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether it says nothing."""
        return not (self.what or self.description.strip() or self.price.strip())


OF_LINE = tuple(each.name for each in fields(TypedLine))


@dataclass(frozen=True, slots=True)
class TypedBill:
    """All of it as it is typed."""

    head: Mapping[str, str]
    lines: Sequence[TypedLine]


def typed_in(sent: Mapping[str, str]) -> TypedBill:
    """What a form has sent; at least one line, and no more than `LINES_MAX`."""
    places = takewhile(lambda place: f"quantity-{place}" in sent and place < LINES_MAX, count())
    lines = [TypedLine(**{name: sent.get(f"{name}-{place}", "") for name in OF_LINE}) for place in places]
    return TypedBill({name: sent.get(name, "") for name in HEAD}, lines or [TypedLine()])


def redrawn(typed: TypedBill, button: str) -> TypedBill:
    """With a line more, or without one of them, as the button says; all else stays as it is typed."""
    if button == ADD and len(typed.lines) < LINES_MAX:
        return TypedBill(typed.head, [*typed.lines, TypedLine()])
    if found := _REMOVE.fullmatch(button):
        left = [line for place, line in enumerate(typed.lines) if place != int(found[1])]
        return TypedBill(typed.head, left or [TypedLine()])
    return typed


def bill_in(typed: TypedBill, total_minor: int | str | None = None) -> CreateInvoice:
    """The command that it says; lines that say nothing are left out. `total_minor` is what was shown, as it was sent.

    Raises FormErrors, by the names of the form's fields.
    """
    meant = [place for place, line in enumerate(typed.lines) if not line.is_blank]
    if not meant:
        raise FormErrors({"description-0": "must say what is billed"})
    head = typed.head
    said = {
        "account_id": head["account_id"].strip(),
        "currency": head["currency"].strip(),
        "due_days": whole(head["due_days"]),
        "method": head["method"] or None,
        "send": head["send"] == "yes",
        "lines": [_said(place, typed.lines[place], head["currency"].strip()) for place in meant],
        "total_minor": total_minor,
    }
    try:
        return CreateInvoice.model_validate(said)
    except ValidationError as error:
        raise FormErrors({_place(path, meant): message for path, message in refusals(error)}) from None


def _said(place: int, line: TypedLine, currency: str) -> dict[str, Any]:
    said: dict[str, Any] = {"description": line.description.strip(), "quantity": whole(line.quantity)}
    kind, _, name = line.what.partition(":")
    if kind in {"package", "service"}:
        said[kind] = name
    if line.price.strip():
        try:
            said["unit_minor"] = minor_of(line.price.strip(), currency)
        except ValueError as error:
            raise FormErrors({f"price-{place}": str(error)}) from None
    return said


def _place(path: str, meant: Sequence[int]) -> str:
    """`price-3` of `lines.2.unit_minor`, where a line before it said nothing."""
    first, *rest = path.split(".")
    if first != "lines" or not rest or not rest[0].isdigit():
        return first
    name = rest[1] if len(rest) > 1 else "description"
    return f"{_PLACES.get(name, name)}-{meant[int(rest[0])]}"
