"""Names and lines of text that end on paper, in mail headers and on screens; and the words of programs for things."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter

from schemas.json_shapes import LINE_PATTERN, NAME_PATTERN, shape

LENGTH_MAX = 200

# Controls, lone halves of a character, what is for private use, what no version of Unicode knows, ends of lines.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
# What turns the text after it around: `Zahlung an ‮...` reads otherwise than it is.
_BIDIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Default_Ignorable_Code_Point of Unicode, without what stands among the marks and spaces anyway, and the blanks that
# call themselves letters or symbols.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


# a vendor by its name
_IS_GATEWAY_NAME = re.compile(r"[a-z0-9_]{1,40}").fullmatch


def _gateway_name(text: str) -> str:
    if not _IS_GATEWAY_NAME(text):
        raise ValueError("must be a gateway's name: up to 40 small letters, digits and underscores")
    return text


def _printable(value: str) -> str:
    """The text in Unicode's form NFC, in which what looks alike is alike."""
    text = unicodedata.normalize("NFC", value)
    if any(unicodedata.category(character) in _REFUSED_CATEGORIES for character in text):
        raise ValueError("must not contain line breaks, control characters or characters that do not exist")
    if _BIDIRECTIONAL.search(text):
        raise ValueError("must not turn the direction of writing around")
    if any(_has_no_base(text)):
        raise ValueError("must not contain an accent or mark without a letter that it belongs to")
    return text


def to_the_letter(value: str) -> str:
    """The text as it is, whatever its form; raises ValueError for what no name may have in it either."""
    _printable(value)
    return value


def _has_no_base(text: str) -> Iterator[bool]:
    """For each combining mark, whether there is nothing before it to combine with."""
    for position, character in enumerate(text):
        if unicodedata.category(character).startswith("M") and not _INVISIBLE.match(character):
            yield position == 0 or text[position - 1].isspace()


def _visible(value: str) -> str:
    if not _INVISIBLE.sub("", value).strip():
        raise ValueError("must contain something that can be seen")
    return value


def _at_most(length_max: int) -> AfterValidator:
    def check(value: str) -> str:
        if len(value) > length_max:
            raise ValueError(f"must have at most {length_max} characters")
        return value

    return AfterValidator(check)


_Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=LENGTH_MAX),
    AfterValidator(_printable),
    _at_most(LENGTH_MAX),  # a few characters become two in NFC; what was taken once is taken again
]
Line = Annotated[
    _Text, AfterValidator(lambda value: value and _visible(value)), shape("", component="Line", pattern=LINE_PATTERN)
]
_LINE: TypeAdapter[str] = TypeAdapter(Line)
Name = Annotated[
    _Text, Field(min_length=1), AfterValidator(_visible), shape("Acme Corp", component="Name", pattern=NAME_PATTERN)
]
# several lines, as an address; an end of line of whatever system is one of ours
Printed = Annotated[
    str,
    AfterValidator(lambda value: "\n".join(map(_LINE.validate_python, value.strip().splitlines()))),
    AfterValidator(_visible),
]
# of a tax, as invoices and gateways print it
TaxName = Annotated[Name, _at_most(50)]
# of an account; longer ones fit no transfer: ISO 20022 and the EPC's QR code have room for so much
Beneficiary = Annotated[Line, _at_most(70)]
Slug = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100), shape("growth", component="Slug")
]
CouponCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
# without one the first that can do what is asked is asked
GatewayName = Annotated[str, AfterValidator(_gateway_name), shape(pattern="^[a-z0-9_]{1,40}$")]
PageReference = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
CardReference = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
