"""Where a customer lives by the clock, and which language and customs of writing it prefers."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, StringConstraints

UTC_ZONE = "UTC"
ENGLISH = "en"
LENGTH_MAX = 64


def _known_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("must be a time zone of the IANA database, like Europe/Vienna")
    return value


TimeZone = Annotated[str, StringConstraints(max_length=LENGTH_MAX), AfterValidator(_known_zone)]
# a language tag of BCP 47; whether Unicode's CLDR knows it is looked up where Babel may be used
LocaleTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$")]
