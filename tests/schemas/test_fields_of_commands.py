"""Every field of every command is of a type that refuses what hurts later, wherever it stands."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin
from uuid import UUID

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from ingress.previews import PreviewChange
from schemas.commands import COMMANDS

NO_NUMBERS: tuple[Any, ...] = (True, "5", "1_000", "٥", 1.0, 1.5, float("nan"), None, [], 10**30, -1)
NO_DATES = (
    True, 0, 1_700_000_000, 1.5, "1700000000", "now", "2026-01-31", "2026-01-31T10:00:00", "2026-02-30T10:00:00Z",
    "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+12:00", "1999-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z", "2199-12-31T23:59:59-00:01", "٢٠٢٦-01-31T10:00:00Z", datetime(2026, 1, 31),  # noqa: DTZ001
)  # fmt: skip
NO_TEXTS = (
    "a\x00b",
    "a\nb",
    "a\u2028b",
    "a\u202eb",
    "a\u2066b",
    "\u200b",
    "\u0301",
    "a\ue000",
    "a\U000f0000",
    "x" * 3_000,
)
LINES = ("a\nb", "a\u2028b")
OF_SEVERAL_LINES = ".instructions"
NO_EMAILS = (
    "", "a", "@x.com", "a@", "a@x", ".a@x.com", "a.@x.com", "a..b@x.com", "a@-x.com", "a@x-.com", "a@x..com",
    "a@x.com.", "a@1.2.3.4", "a@[1.2.3.4]", "a b@x.com", "a@b@x.com", "a@x.com,b@x.com", "ä@x.com",
    "a@" + "x" * 64 + ".com", "a" * 65 + "@x.com", "a@" + "x." * 130 + "com", "a@\u202ex.com", '"a"@x.com',
)  # fmt: skip
NO_URLS = (
    "", "x", "javascript:alert(1)", "//x.com", "http://", "https:///a", "http://:80", "http://?a", "https://x.com:99999",
    "https://x.com:port", "https://user@x.com", "https://u:p@x.com", "https://x.com\\@y.com", "https://x .com",
    "https://x.com/a b", "https://[::1", "https://[x]", "https://-x.com", "https://x..com", "https://x.com/\u202ea",
)  # fmt: skip
NO_COUNTRIES = ("", "ZZ", "QX", "AA", "EU", "UK", "XA", "de", "DEU", "D", "Ä1", 49)
NO_DAYS = (
    "",
    "2026-1-1",
    "2026-02-30",
    "1999-12-31",
    "2200-01-01",
    "2026-01-01T00:00:00Z",
    "٢٠٢٦-01-01",
    20_000,
    1.5,
    None,
)
NO_CURRENCIES = ("", "usd", "US", "USDT", "ÄÖÜ", 840)


class Leaf(NamedTuple):
    """One field: where it stands, what it is at the bottom, and what it takes."""

    name: str
    kind: Any
    takes: TypeAdapter[Any]


def _leaves(model: type[BaseModel], path: str) -> Iterator[Leaf]:
    for name, field in model.model_fields.items():
        yield from _of_field(f"{path}.{name}", _annotated(field))


def _annotated(field: FieldInfo) -> Any:
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def _of_field(path: str, annotation: Any) -> Iterator[Leaf]:
    """A field may be optional, several, or a model of its own."""
    bare = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    if get_origin(bare) in (Union, UnionType):
        for choice in get_args(bare):
            yield from _of_field(path, choice)
    elif get_origin(bare) is tuple:
        yield from _of_field(path, get_args(bare)[0])
    elif isinstance(bare, type) and issubclass(bare, BaseModel):
        yield from _leaves(bare, path)
    elif bare is not type(None):
        yield Leaf(path, bare, TypeAdapter(annotation))


LEAVES = [leaf for kind, model in COMMANDS.items() for leaf in _leaves(model, kind)]
LEAVES += list(_leaves(PreviewChange, "preview"))


def _named(*words: str) -> list[Leaf]:
    found = [leaf for leaf in LEAVES if leaf.name.rpartition(".")[2] in words]
    assert found
    return found


def _taken(leaf: Leaf, values: tuple[Any, ...]) -> list[Any]:
    return [value for value in values if _takes(leaf, value)]


def _takes(leaf: Leaf, value: Any) -> bool:
    try:
        leaf.takes.validate_python(value)
    except ValidationError:
        return False
    return True


def _ids(leaf: Leaf) -> str:
    return leaf.name


def test_there_are_no_other_kinds_of_fields() -> None:
    known = (str, int, bool, date, datetime, UUID)
    assert [leaf for leaf in LEAVES if leaf.kind not in known and not _is_one_of_some(leaf.kind)] == []


def _is_one_of_some(kind: Any) -> bool:
    return get_origin(kind) is Literal or issubclass(kind, StrEnum)


@pytest.mark.parametrize("leaf", [leaf for leaf in LEAVES if leaf.kind is date], ids=_ids)
def test_a_day_is_one_of_the_calendar(leaf: Leaf) -> None:
    assert _takes(leaf, "2026-01-31")
    assert _taken(leaf, NO_DAYS) == []


@pytest.mark.parametrize("leaf", [leaf for leaf in LEAVES if leaf.kind is int], ids=_ids)
def test_a_number_is_a_number_and_bounded(leaf: Leaf) -> None:
    assert _taken(leaf, NO_NUMBERS) == []
    # a duration in seconds begins with a minute
    assert _takes(leaf, 3) or _takes(leaf, 60)


@pytest.mark.parametrize("leaf", [leaf for leaf in LEAVES if leaf.kind is bool], ids=_ids)
def test_yes_and_no_are_said_as_such(leaf: Leaf) -> None:
    assert _taken(leaf, (0, 1, "true", "false", "yes", "", None)) == []
    assert _takes(leaf, True)


@pytest.mark.parametrize("leaf", [leaf for leaf in LEAVES if leaf.kind is datetime], ids=_ids)
def test_a_date_is_an_instant_within_two_centuries(leaf: Leaf) -> None:
    assert _taken(leaf, NO_DATES) == []
    written = ("2026-01-31T10:00:00Z", "2026-01-31T12:00:00+02:00", "2026-01-31 12:00:00.000+0200")
    taken = [leaf.takes.validate_python(each) for each in written]
    assert taken == [datetime(2026, 1, 31, 10, tzinfo=UTC)] * 3
    assert {each.tzinfo for each in taken} == {UTC}


@pytest.mark.parametrize("leaf", [leaf for leaf in LEAVES if leaf.kind is str], ids=_ids)
def test_a_text_is_short_and_can_be_read(leaf: Leaf) -> None:
    several_lines = LINES if leaf.name.endswith(OF_SEVERAL_LINES) else ()
    assert _taken(leaf, (*NO_TEXTS, 5, True, None)) == list(several_lines)


@pytest.mark.parametrize("leaf", _named("billing_email"), ids=_ids)
def test_an_email_can_be_delivered(leaf: Leaf) -> None:
    assert _taken(leaf, NO_EMAILS) == []


@pytest.mark.parametrize("leaf", _named("success_url", "cancel_url", "return_url"), ids=_ids)
def test_a_url_leads_to_a_host(leaf: Leaf) -> None:
    assert _taken(leaf, NO_URLS) == []


@pytest.mark.parametrize("leaf", _named("country"), ids=_ids)
def test_a_country_exists(leaf: Leaf) -> None:
    assert _taken(leaf, NO_COUNTRIES) == []


@pytest.mark.parametrize("leaf", _named("currency"), ids=_ids)
def test_a_currency_has_three_letters(leaf: Leaf) -> None:
    assert _taken(leaf, NO_CURRENCIES) == []


def test_a_field_that_is_named_as_one_of_these_kinds_is_of_that_kind() -> None:
    """An e-mail address by another name would be missed above: names end in what they are."""
    kinds = {"_at": datetime, "email": str, "_url": str, "country": str, "currency": str}
    ends = [(leaf, kind) for leaf in LEAVES for end, kind in kinds.items() if leaf.name.endswith(end)]
    assert [leaf.name for leaf, kind in ends if leaf.kind is not kind] == []
