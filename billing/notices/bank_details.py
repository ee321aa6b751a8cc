"""Where a transfer goes until an account is set: read out of the instructions that the seller has written."""

import re

from stdnum import bic, iban

from billing.notices.letterhead import Letterhead
from schemas.transfer_facts import BankFacts

_IBAN = re.compile(r"\bIBAN:?\s*([A-Z]{2}[0-9A-Z ]{13,44})", re.IGNORECASE)
_BIC = re.compile(r"\bBIC:?\s*([A-Z0-9]{8,11})\b", re.IGNORECASE)


def bank_details(letterhead: Letterhead) -> BankFacts | None:
    """The seller's account; None where no line names an IBAN that checks."""
    for line in letterhead.payment_instructions.splitlines():
        found = _IBAN.search(line)
        if found is not None and iban.is_valid(found[1]):
            return BankFacts(letterhead.seller.name, iban.compact(found[1]), _bic(letterhead.payment_instructions))
    return None


def _bic(instructions: str) -> str:
    found = _BIC.search(instructions)
    return bic.compact(found[1]) if found is not None and bic.is_valid(found[1]) else ""
