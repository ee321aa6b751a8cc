"""Pure rules about accounts."""

import hashlib
import re
import unicodedata
from functools import cache

from babel import Locale

SLUG_LENGTH_MAX = 60


def slug_from(name: str) -> str:
    """A URL-safe word for a name: `Müller & Söhne GmbH` becomes `muller-sohne-gmbh`; `account` if nothing is left."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name)[:SLUG_LENGTH_MAX].strip("-") or "account"


@cache
def country_name(code: str) -> str:
    """The English name of an ISO 3166-1 alpha-2 country, by Unicode's CLDR; the code itself where it has none."""
    return str(Locale("en").territories.get(code, code))


def hash_token(token: str) -> str:
    """What is kept of a token in a link: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
