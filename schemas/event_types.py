"""How types of events are chosen: one by its name, all of a kind as `invoice.*`, or all as `*`."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from schemas.json_shapes import shape

TYPES_MAX = 50
_CHOICE = r"\*|[a-z_]{1,40}\.(\*|[a-z_]{1,60})"
_IS_CHOICE = re.compile(_CHOICE).fullmatch


def _choice(text: str) -> str:
    if not _IS_CHOICE(text):
        raise ValueError("must be a type like invoice.paid, all of a kind like invoice.*, or *")
    return text


TypeChoice = Annotated[str, AfterValidator(_choice), shape("invoice.*", pattern=rf"^({_CHOICE})$")]
# a type that there is not yet may be chosen as well: it comes with a later version
TypeChoices = Annotated[tuple[TypeChoice, ...], Field(min_length=1, max_length=TYPES_MAX)]


def is_chosen(choices: Iterable[str], event: str) -> bool:
    """Whether one of these choices takes in a type."""
    kind = event.partition(".")[0] + ".*"
    return any(choice in ("*", event, kind) for choice in choices)
