"""Empty objects: one JSON file per kind, from which every new object starts."""

import pytest

from sandbox.stripe.api.blanks import BLANKS, blank
from tests.sandbox.running import Json

KINDS = sorted(path.stem for path in BLANKS.glob("*.json"))


def parts_of(subject: Json) -> list[int]:
    """The identities of all that could be changed in place."""
    parts = [value for value in subject.values() if isinstance(value, dict | list)]
    return [*map(id, parts), *(inner for part in parts if isinstance(part, dict) for inner in parts_of(part))]


@pytest.mark.parametrize("kind", KINDS)
def test_two_objects_of_a_kind_share_nothing(kind: str) -> None:
    one, other = blank(kind), blank(kind)
    assert one == other
    assert set(parts_of(one)) & set(parts_of(other)) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_known_keeps_the_place_of_its_field(kind: str) -> None:
    made = blank(kind, id="x_1")
    assert list(made) == list(blank(kind))
    assert (made["id"], made["object"]) == ("x_1", kind)
