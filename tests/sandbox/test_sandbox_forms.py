"""Nested form fields, as Stripe's clients write them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.forms import MalformedForm, parse_form


def test_nested_fields_and_lists() -> None:
    form = "mode=payment&line_items[0][price_data][currency]=usd&line_items[0][quantity]=2&line_items[1][quantity]=1"
    assert parse_form(form) == {
        "mode": "payment",
        "line_items": {"0": {"price_data": {"currency": "usd"}, "quantity": "2"}, "1": {"quantity": "1"}},
    }


def test_lists_without_numbers_take_the_next_one() -> None:
    assert parse_form("expand[]=customer&expand[]=line_items") == {"expand": {"0": "customer", "1": "line_items"}}


def test_percent_encoding_plus_and_empty_values() -> None:
    assert parse_form("name=Zo%C3%AB+%26+Co&metadata%5Ba%5D=") == {"name": "Zoë & Co", "metadata": {"a": ""}}


@pytest.mark.parametrize("form", ["a=1&a[b]=2", "[b]=1", "a[b=1", "a]b[=1", "a" + "[b]" * 20 + "=1", "a=%ff"])
def test_contradictions_are_refused(form: str) -> None:
    with pytest.raises(MalformedForm):
        parse_form(form)


def test_too_many_fields_are_refused() -> None:
    with pytest.raises(MalformedForm):
        parse_form("&".join(f"a[{number}]=1" for number in range(2000)))


@given(st.text(max_size=200))
def test_no_text_does_more_than_be_refused(form: str) -> None:
    with suppress(MalformedForm):
        assert isinstance(parse_form(form), dict)
