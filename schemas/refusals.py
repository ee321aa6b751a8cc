"""What pydantic refused, as it can be told: field by field, and no value repeated, for it may be a secret."""

from collections.abc import Iterator

from pydantic import ValidationError


def refusals(error: ValidationError) -> Iterator[tuple[str, str]]:
    """The path of each refused field, its parts joined by points, and why: a type's own sentence, or pydantic's."""
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        yield ".".join(map(str, one["loc"])), one["msg"].removeprefix("Value error, ")
