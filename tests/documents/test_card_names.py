"""A card as people know it."""

import pytest

from documents.cards import card_expiry, card_name
from schemas.documents import CardFacts


@pytest.mark.parametrize(
    ("brand", "name"),
    [("visa", "Visa"), ("Amex", "American Express"), ("unknown", "Card"), ("", "Card"), ("Girocard", "Girocard")],
)
def test_a_card_is_named_as_people_name_it(brand: str, name: str) -> None:
    assert card_name(CardFacts(brand, "0005", 1, 2027)) == f"{name} ending in 0005"


def test_a_wallet_is_named_by_its_holder_and_does_not_expire() -> None:
    wallet = CardFacts("Purse", "", None, None, "a***@example.com")
    assert (card_name(wallet), card_expiry(wallet)) == ("Purse (a***@example.com)", "")


def test_a_card_is_good_through_a_month() -> None:
    assert card_expiry(CardFacts("visa", "4242", 1, 2027)) == "January 2027"
    with pytest.raises(ValueError, match="month must be in"):
        card_expiry(CardFacts("visa", "4242", 13, 2027))
