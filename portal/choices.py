"""What a form lets people choose from: countries, languages and time zones, by the names that people know."""

from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale

from portal.formatting import locale_of
from schemas.countries import COUNTRIES

# the languages that are asked for most, and where they are written differently, in their own words as Unicode's CLDR
# has them: to look all of them up takes a second
LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "en-GB": "English (United Kingdom)",
    "en-US": "English (United States)",
    "cs": "čeština",
    "da": "dansk",
    "de": "Deutsch",
    "de-AT": "Deutsch (Österreich)",
    "de-CH": "Deutsch (Schweiz)",
    "el": "Ελληνικά",
    "es": "español",
    "es-MX": "español (México)",
    "fi": "suomi",
    "fr": "français",
    "fr-CA": "français (Canada)",
    "fr-CH": "français (Suisse)",
    "hu": "magyar",
    "it": "italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nb": "norsk bokmål",
    "nl": "Nederlands",
    "pl": "polski",
    "pt": "português",
    "pt-BR": "português (Brasil)",
    "ro": "română",
    "sk": "slovenčina",
    "sv": "svenska",
    "tr": "Türkçe",
    "uk": "українська",
    "zh-Hans": "中文 (简体)",
    "zh-Hant": "中文 (繁體)",
}
# how names of places begin in the IANA database; what else there is are older names of the same
AREAS = (
    "Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
    "Pacific/",
)  # fmt: skip
# looked for in hundreds of files: once, when the process starts
ZONES = ("UTC", *(name for name in available_timezones() if name.startswith(AREAS)))


@lru_cache(maxsize=64)
def countries(tag: str) -> Mapping[str, str]:
    """Every country's name in a language, by its code, in the order of the names."""
    names: Mapping[str, str] = locale_of(tag).territories
    named = {code: names.get(code, code) for code in COUNTRIES}
    return dict(sorted(named.items(), key=lambda each: each[1].casefold()))


@lru_cache(maxsize=64)
def languages(chosen: str) -> Mapping[str, str]:
    """Languages in their own words, by their tags; the one that is chosen is among them, whichever it is."""
    named = LANGUAGES if chosen in LANGUAGES else {chosen: own_name(chosen), **LANGUAGES}
    return {tag: f"{name} ({tag})" for tag, name in named.items()}


@lru_cache(maxsize=64)
def zones(chosen: str) -> Mapping[str, str]:
    """Time zones by the places that they are named after, and the one that is chosen."""
    names = {*ZONES, chosen}
    return {name: name.replace("_", " ") for name in sorted(names)}


def own_name(tag: str) -> str:
    """What a language calls itself."""
    locale: Locale = locale_of(tag)
    return locale.get_display_name(locale) or tag
