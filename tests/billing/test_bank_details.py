"""The seller's account is read out of what the seller has written, and only where it checks."""

import pytest

from billing.notices.bank_details import bank_details
from billing.notices.letterhead import Letterhead
from schemas.documents import PartyFacts
from schemas.transfer_facts import BankFacts


@pytest.mark.parametrize(
    ("instructions", "bank"),
    [
        ("Engine Bank\nIBAN GB33 BUKB 2020 1555 5555 55", ("GB33BUKB20201555555555", "")),
        ("Bank, iban: de89370400440532013000, BIC COBADEFFXXX", ("DE89370400440532013000", "COBADEFFXXX")),
        ("IBAN DE89 3704 0044 0532 0130 00\nBIC NONSENSE1", ("DE89370400440532013000", "")),
        ("IBAN DE00 0000 0000 0000 0000 00", None),
        ("Pay to the bearer", None),
        ("", None),
    ],
)
def test_it_is_found_where_it_checks(instructions: str, bank: tuple[str, str] | None) -> None:
    letterhead = Letterhead(PartyFacts("Engine Ltd"), "", instructions, {}, str)
    assert bank_details(letterhead) == (BankFacts("Engine Ltd", *bank) if bank else None)
