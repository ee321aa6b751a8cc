"""Empty objects are data: `sandbox/stripe/blanks/` has one JSON file per kind, with every field that an answer has, in
the order of the answer.

Files, since there is nothing to read in a long literal of nulls; JSON, since parsing the same bytes for each object is
quicker than a deep copy and leaves no list and no part that two objects could share. Kinds of which most fields are
known when one is made, such as coupons and events, are written out where that happens.
"""

from functools import cache
from pathlib import Path

import orjson

from sandbox.json_types import JsonObject

BLANKS = Path(__file__).parents[1] / "blanks"


def blank(kind: str, **known: object) -> JsonObject:
    """A new object of this kind, on which nothing is set but what is known."""
    return {**orjson.loads(_text(kind)), **known}


@cache
def _text(kind: str) -> bytes:
    return (BLANKS / f"{kind}.json").read_bytes()
