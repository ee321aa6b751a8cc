"""Tax numbers: the form and the check digits that a country gives them, and how they are kept."""

from dataclasses import dataclass
from typing import Any

from stdnum import get_cc_module
from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.us import ein

from billing.errors import Rejected

# whose numbers begin with another country's letters: Greece's with EL, the Isle of Man's with GB, Monaco's with FR
_LETTERS = {"GR": "EL", "IM": "GB", "MC": "FR"}
_EU = frozenset(state.upper() for state in vat.MEMBER_STATES) | {"EL"}
# whose numbers are told from others that have as many digits by these letters, before or after them
_BEGINS = {"GB": "GB", "NO": "NO"}
_ENDS = {"CH": "MWST", "NO": "MVA"}
# what is written between the digits
_BETWEEN = str.maketrans("", "", " .-/\u00a0")


@dataclass(frozen=True, slots=True)
class TaxId:
    """As it is kept; `is_checked` where the country's form and check digits are known, and the number has them."""

    number: str
    is_checked: bool = False


NONE = TaxId("")


def read_tax_id(written: str, country: str) -> TaxId:
    """The number as it is kept, of a buyer with an address in `country`.

    One of the EU begins with its country's letters, whichever country of the EU or outside it the address is in. Raises
    Rejected `tax_id_invalid` where the country's numbers are known and this is none; other countries' are kept as they
    were written.
    """
    bare = written.translate(_BETWEEN).upper()
    if not bare:
        return NONE
    country = _LETTERS.get(country, country)
    number = _of_eu(bare) or _of_country(bare, country) or _of_eu(country + bare)
    if number:
        return TaxId(number, is_checked=True)
    if country in _EU or _module(country) is not None:
        detail = f"{written!r} has not the form or the check digits of a tax number of {country}."
        raise Rejected("tax_id_invalid", detail)
    return TaxId(" ".join(written.split()))


def is_checked(number: str, country: str) -> bool:
    """Whether a number that is kept has the form and the check digits of this country's, or of the EU."""
    try:
        return read_tax_id(number, country).is_checked
    except Rejected:
        return False


def _module(country: str) -> Any:
    return ein if country == "US" else get_cc_module(country, "vat")


def _of_eu(number: str) -> str:
    if number[:2] not in _EU:
        return ""
    try:
        return vat.validate("EL" + number[2:] if number.startswith("GR") else number)
    except ValidationError:
        return ""


def _of_country(bare: str, country: str) -> str:
    """Of a country outside the EU."""
    module = _module(country)
    if module is None or country in _EU:
        return ""
    for written in (bare, bare + _ENDS.get(country, "")):
        try:
            number = str(module.validate(written))
        except ValidationError:
            continue
        begin = _BEGINS.get(country, "")
        return number if number.startswith(begin) else begin + number
    return ""
