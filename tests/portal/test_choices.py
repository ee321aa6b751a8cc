"""What forms let people choose from is what Unicode's CLDR and the IANA database know."""

import pytest

from portal.choices import LANGUAGES, countries, languages, own_name, zones
from schemas.countries import COUNTRIES


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_language_is_called_as_it_calls_itself(tag: str) -> None:
    assert LANGUAGES[tag] == own_name(tag)


def test_whatever_was_chosen_is_among_what_can_be() -> None:
    assert languages("sw-KE")["sw-KE"] == "Kiswahili (Kenya) (sw-KE)"
    assert "Europe/Vienna" in zones("UTC")
    assert zones("Etc/GMT+5")["Etc/GMT+5"] == "Etc/GMT+5"
    assert zones("UTC")["America/New_York"] == "America/New York"


def test_countries_stand_in_the_order_of_their_names() -> None:
    named = countries("de")
    assert set(named) == COUNTRIES
    assert named["AT"] == "Österreich"
    assert list(named.values()) == sorted(named.values(), key=str.casefold)
