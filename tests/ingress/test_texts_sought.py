"""A text that a list is filtered by may be anything but what PostgreSQL cannot even look for."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import httpx
import pytest
from pydantic import ValidationError

import ingress.queries
from ingress.queries.filters import Filter

for found in walk_packages(ingress.queries.__path__, f"{ingress.queries.__name__}."):
    import_module(found.name)


def _filters(base: type[Filter]) -> Iterator[type[Filter]]:
    for filter_class in base.__subclasses__():
        yield filter_class
        yield from _filters(filter_class)


def _takes(filter_class: type[Filter], name: str, text: str) -> bool:
    try:
        filter_class.model_validate({name: text})
    except ValidationError as error:
        return all(each["loc"][0] != name for each in error.errors())
    return True


def test_no_filter_takes_a_character_that_no_text_of_ours_has() -> None:
    those = {
        f"{each.__name__}.{name}"
        for each in _filters(Filter)
        for name in each.model_fields
        # the bases of lists have an order that each list says anew
        if name != "sort" and _takes(each, name, "a\0b")
    }
    assert those == set()


@pytest.mark.parametrize(
    "asked", ["/v1/admin/audit/?who=%00", "/v1/admin/audit/?action=a%00", "/v1/accounts/?name=%00b"]
)
def test_the_door_refuses_it_by_name(door: httpx.Client, key: dict[str, str], asked: str) -> None:
    answer = door.get(asked, headers=key)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == asked.split("?")[1].split("=")[0]
