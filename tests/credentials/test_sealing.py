"""Secrets at rest: what opens them, what does not, and what a failure says."""

import base64
import re
import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.errors import MasterKeyMissing, Sealed, SecretDamaged
from credentials.master_keys import LOOKS_LIKE, MasterKeys, make, parse
from credentials.sealing import SHAPE, Place, seal, unseal

HERE = Place("integration_providers", "api_key", "stripe")
CANARY = "sk_live_canary_of_sealing"
OLD, NEW = MasterKeys({"old": b"o" * 32}), MasterKeys({"new": b"n" * 32})
BOTH = MasterKeys({"new": b"n" * 32, "old": b"o" * 32})

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
places = st.builds(Place, words, words, words)


@given(secret=st.text(st.characters(exclude_categories=["Cs"])), place=places)
def test_what_was_sealed_opens_in_its_place_and_the_database_takes_it(secret: str, place: Place) -> None:
    sealed = seal(OLD, place, secret)
    assert unseal(OLD, place, sealed) == secret
    assert re.search(SHAPE, sealed)
    assert sealed.startswith("old.")


def test_the_same_secret_never_looks_the_same_twice() -> None:
    sealed = {seal(OLD, HERE, CANARY) for _ in range(200)}
    nonces = {base64.urlsafe_b64decode(each.partition(".")[2])[:12] for each in sealed}
    assert len(nonces) == 200
    assert not any(CANARY in each for each in sealed)


@given(here=places, there=places)
def test_a_value_that_was_copied_to_another_row_column_or_table_opens_nothing(here: Place, there: Place) -> None:
    sealed = seal(OLD, here, CANARY)
    if here == there:
        assert unseal(OLD, there, sealed) == CANARY
    else:
        with pytest.raises(SecretDamaged):
            unseal(OLD, there, sealed)


def test_words_that_run_together_are_other_places() -> None:
    places = [Place("ab", "c", "d"), Place("a", "bc", "d"), Place("a", "b", "cd"), Place("a", "b/c", "d")]
    assert len({place.associated_data for place in places}) == len(places)


@given(data=st.data())
def test_one_changed_bit_anywhere_opens_nothing(data: Any) -> None:
    key_id, _, encoded = seal(OLD, HERE, CANARY).partition(".")
    raw = bytearray(base64.urlsafe_b64decode(encoded))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SecretDamaged):
        unseal(OLD, HERE, f"{key_id}.{base64.urlsafe_b64encode(bytes(raw)).decode()}")


@given(text=st.text(max_size=80))
def test_whatever_stands_there_ends_in_one_family_of_error(text: str) -> None:
    for sealed in (text, f"old.{text}"):
        with pytest.raises(Sealed):
            unseal(OLD, HERE, sealed)


def test_another_key_opens_nothing_whether_it_has_another_id_or_the_same() -> None:
    sealed = seal(OLD, HERE, CANARY)
    with pytest.raises(MasterKeyMissing, match="'old' is not in CASHBEAT_MASTER_KEYS"):
        unseal(NEW, HERE, sealed)
    with pytest.raises(SecretDamaged, match="'old'"):
        unseal(MasterKeys({"old": b"x" * 32}), HERE, sealed)
    with pytest.raises(MasterKeyMissing):
        seal(parse(""), HERE, CANARY)


def test_while_a_key_is_rolled_both_open_and_the_first_seals() -> None:
    assert unseal(BOTH, HERE, seal(OLD, HERE, CANARY)) == CANARY
    again = seal(BOTH, HERE, CANARY)
    assert again.startswith("new.")
    assert unseal(NEW, HERE, again) == CANARY


def test_no_failure_and_no_repr_shows_a_secret_or_a_key() -> None:
    made = make("first")
    keys = parse(made)
    sealed = seal(keys, HERE, CANARY)
    with pytest.raises(SecretDamaged) as damaged:
        unseal(keys, Place("elsewhere", "api_key", "stripe"), sealed)
    told = "".join(traceback.format_exception(damaged.value)) + repr(damaged.value) + repr(keys)
    assert "elsewhere.api_key of stripe" in told
    for hidden in (CANARY, sealed.partition(".")[2], made.partition(":")[2]):
        assert hidden not in told
    assert damaged.value.__context__ is None or damaged.value.__suppress_context__


def test_master_keys_are_read_from_one_line() -> None:
    keys = parse(f"{make('k2')}, {make('k1')}")
    assert keys.first_id == "k2"
    assert repr(keys) == "MasterKeys(k2, k1)"
    assert repr(parse("")) == "MasterKeys()"


@pytest.mark.parametrize(
    "text",
    ["hidden", "k1:hidden", "K1:" + "A" * 43 + "=", "k1:" + "A" * 22 + "==", ":" + "A" * 43 + "=", "k1:schlüssel"],
)
def test_what_is_no_master_key_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(LOOKS_LIKE)) as refused:
        parse(text)
    assert "hidden" not in str(refused.value)


def test_one_id_names_one_key() -> None:
    with pytest.raises(ValueError, match="each id is new"):
        parse(f"{make('k1')},{make('k1')}")
