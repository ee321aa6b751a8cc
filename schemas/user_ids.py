"""How the product's app calls a person."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from schemas.json_shapes import shape
from schemas.names import to_the_letter

USER_ID_LENGTH_MAX = 255


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be printable")
    return value


# as `sub` of the user's tokens says it, to the letter: who is known by another form of it would be locked out
UserId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=USER_ID_LENGTH_MAX),
    AfterValidator(_printable),
    AfterValidator(to_the_letter),
    shape("user_2", component="UserId", pattern=r"^[^\x00-\x1f\x7f-\xa0\xad]*$"),
]
