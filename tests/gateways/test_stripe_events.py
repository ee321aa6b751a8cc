"""What counts as an event, before anything in it is believed."""

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.envelope import Envelope, EventRefused
from gateways.event_bodies import BODY_BYTES_MAX, DEPTH_MAX
from gateways.stripe.events import CREATED_MAX, read_envelope
from tests.gateways.fuzzing import fuzzed
from tests.gateways.golden_events import GOLDEN_FILES, golden_name

EVENT: dict[str, Any] = {
    "id": "evt_1QaBcDeFgHiJkLmN00000001",
    "object": "event",
    "api_version": "2026-10-28.endive",
    "created": 1_793_534_461,
    "type": "payment_intent.succeeded",
    "data": {"object": {"id": "pi_1"}},
}


def body_with(**changes: Any) -> bytes:
    return json.dumps(EVENT | changes).encode()


def body_nested(levels: int) -> bytes:
    """An event whose deepest value is that many levels down, the event itself being the first."""
    return body_with(data="?").replace(b'"?"', b"[" * (levels - 1) + b"]" * (levels - 1))


def test_the_envelope_of_an_event() -> None:
    assert read_envelope(body_with()) == Envelope(
        event_id="evt_1QaBcDeFgHiJkLmN00000001",
        event_type="payment_intent.succeeded",
        api_version="2026-10-28.endive",
        created=datetime(2026, 11, 1, 12, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize("path", GOLDEN_FILES, ids=golden_name)
def test_events_of_every_version_have_an_envelope(path: Path) -> None:
    envelope = read_envelope(path.read_bytes())
    assert envelope.event_type == path.stem
    assert envelope.api_version == path.parent.name


def test_events_older_than_versions_have_an_empty_one() -> None:
    assert read_envelope(body_with(api_version=None)).api_version == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": 7},
        {"id": "evt_"},
        {"id": "evt_1\n"},
        {"id": "evt_" + "a" * 241},
        {"id": "pi_1"},
        {"id": "evt_ü"},
        {"id": "evt_1\x00"},
        {"type": None},
        {"type": ""},
        {"type": "a" * 129},
        {"type": "payment intent"},
        {"type": "zahlung.geglückt"},
        {"type": ["x"]},
        {"api_version": "x" * 65},
        {"api_version": "2026\x00"},
        {"api_version": 2026},
        {"created": None},
        {"created": True},
        {"created": -1},
        {"created": 1.5},
        {"created": CREATED_MAX + 1},
        {"created": "1793534461"},
        {"object": "v2.core.event"},
        {"object": None},
    ],
    ids=ascii,
)
def test_unusable_fields_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(EventRefused):
        read_envelope(body_with(**changes))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"event"',
        b"{",
        b"{}",
        b"\xff\xfe",
        b'{"id": "\xff"}',
        b"\xef\xbb\xbf" + body_with(),
        body_with() + b"x",
        body_with() + b"\x00",
        body_with().replace(b"pi_1", b"pi\x001"),
        body_with().replace(b"pi_1", b"\\ud800"),
        body_with().replace(b'"pi_1"', b"NaN"),
        body_with().replace(b'"pi_1"', b"1e999"),
        b"[" * 200_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: ascii(body[:24]),
)
def test_bodies_that_are_no_event_in_json_are_refused(body: bytes) -> None:
    with pytest.raises(EventRefused):
        read_envelope(body)


def test_an_escaped_nul_in_the_data_is_left_alone() -> None:
    assert read_envelope(body_with(data={"note": "a\x00b"})).event_id == EVENT["id"]


def test_sixty_four_levels_are_the_deepest() -> None:
    assert read_envelope(body_nested(DEPTH_MAX))
    for levels in (DEPTH_MAX + 1, 500, 5_000):
        with pytest.raises(EventRefused):
            read_envelope(body_nested(levels))


def test_wide_is_not_deep() -> None:
    assert read_envelope(body_with(data=[{"item": [n]} for n in range(1_000)]))


def test_brackets_in_texts_are_no_levels() -> None:
    assert read_envelope(body_with(data="[{" * 1_000))


def test_the_size_is_limited() -> None:
    fitting = body_with(data="x" * (BODY_BYTES_MAX - len(body_with(data=""))))
    assert len(fitting) == BODY_BYTES_MAX
    assert read_envelope(fitting)
    with pytest.raises(EventRefused):
        read_envelope(fitting + b" ")


def test_of_a_key_given_twice_the_last_counts() -> None:
    twice = body_with().replace(b'{"id": ', b'{"id": "evt_shadow", "id": ', 1)
    assert read_envelope(twice).event_id == EVENT["id"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@fuzzed
@given(body=st.binary())
def test_noise_is_refused_and_never_anything_worse(body: bytes) -> None:
    with pytest.raises(EventRefused):
        read_envelope(body)


@fuzzed
@given(changes=st.fixed_dictionaries({}, optional=dict.fromkeys(EVENT, JSON)))
def test_events_with_anything_in_any_field_are_decided_without_surprises(changes: dict[str, Any]) -> None:
    body = json.dumps(EVENT | changes, allow_nan=True).encode()
    with contextlib.suppress(EventRefused):
        envelope = read_envelope(body)
        texts = (envelope.event_id, envelope.event_type, envelope.api_version)
        assert all(text.isascii() and "\x00" not in text for text in texts)
        assert envelope.created.tzinfo is UTC
