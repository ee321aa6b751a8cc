"""The reference that a payer gives: an invoice's number in the form that every bank carries and checks, ISO 11649.

It is made of the number alone, so it is unique as numbers are, and nothing has to be kept to find the invoice again.
"""

import re

from stdnum import iso11649
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

_PREFIX = "RF"
# of its two check digits; they stand behind the prefix
_CHECKED_FROM = 4
_BODY = re.compile("(INV)([0-9]{4})([0-9]{2})([0-9]{5,})")


def reference_of(number: str) -> str:
    """`RF25INV20261100001` for `INV-2026-11-00001`: at most 25 capital letters and digits, without blanks."""
    body = number.replace("-", "")
    return iso11649.validate(_PREFIX + mod_97_10.calc_check_digits(body + _PREFIX) + body)


def printed_reference(number: str) -> str:
    """The same in groups of four, as it is easier to type."""
    return iso11649.format(reference_of(number))


def number_in_reference(text: str) -> str | None:
    """The number of the invoice in what a payer wrote, however it was spaced; None where a figure is mistyped."""
    try:
        checked = iso11649.validate(text)
    except ValidationError:
        return None
    body = _BODY.fullmatch(checked[_CHECKED_FROM:])
    return "-".join(body.groups()) if body else None
