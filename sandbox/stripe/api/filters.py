"""By what a list can be narrowed down: a parameter, and the test that its value makes of a record."""

from collections.abc import Callable
from operator import itemgetter
from typing import NamedTuple

from sandbox.json_types import JsonObject
from sandbox.stripe.api import lists
from sandbox.stripe.api.lists import Test
from sandbox.stripe.api.params import Params

Reader = Callable[[JsonObject], object]


class Filter(NamedTuple):
    """`test` raises for values that cannot be used. It is asked for when the parameter is given, be it empty; `always`,
    when its absence means something, too.
    """

    parameter: str
    test: Callable[[Params], Test]
    always: bool = False


def equal(parameter: str, read: Reader | None = None, choices: tuple[str, ...] = ()) -> Filter:
    """Records with this value in the field of the same name, or where `read` finds it; if so, one of few values."""
    value_of = read or itemgetter(parameter)

    def test(params: Params) -> Test:
        asked = params.choice(parameter, choices) if choices else params.text(parameter)
        return lambda record: asked is None or value_of(record) == asked

    return Filter(parameter, test)


def among(parameter: str, field: str) -> Filter:
    """Records whose field is one of the values given."""

    def test(params: Params) -> Test:
        asked = params.texts(parameter)
        return lambda record: not asked or record[field] in asked

    return Filter(parameter, test)


def whether(parameter: str, holds: Callable[[JsonObject], bool]) -> Filter:
    """Records of which it holds, or does not."""

    def test(params: Params) -> Test:
        asked = params.flag(parameter)
        return lambda record: holds(record) == asked

    return Filter(parameter, test)


CREATED = Filter("created", lists.created_within)
ACTIVE = whether("active", itemgetter("active"))
