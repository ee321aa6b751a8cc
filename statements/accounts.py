"""What banks call an account: by one name, whichever format says it, so that a line is known again in another."""

import re

from stdnum import iban
from stdnum.iso7064 import mod_97_10

from schemas.currencies import CURRENCIES
from statements.texts import without_blanks

# as German banks write it in MT940: the bank's number and the account's
_GERMAN = re.compile("([0-9]{8})/([0-9]{1,10})")


def account_name(written: str | None) -> str:
    """Its IBAN, where that can be told, else what is written, in capitals and without blanks; empty for nothing."""
    account = without_blanks(written)
    if account[-3:] in CURRENCIES and len(account) > len("EUR"):
        account = account[:-3]
    german = _GERMAN.fullmatch(account)
    if german is None:
        return account
    basic = german[1] + german[2].zfill(10)
    return iban.validate("DE" + mod_97_10.calc_check_digits(f"{basic}DE") + basic)
