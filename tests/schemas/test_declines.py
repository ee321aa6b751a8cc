"""Why a card was refused, told without helping a thief."""

import pytest

from schemas.declines import GENERIC, SENTENCES, explain_decline


def test_a_customer_learns_what_can_be_acted_on() -> None:
    assert explain_decline("insufficient_funds") == "Your card has insufficient funds."
    assert explain_decline("expired_card") == "Your card has expired."


@pytest.mark.parametrize(
    "code",
    [
        "lost_card",
        "stolen_card",
        "fraudulent",
        "pickup_card",
        "restricted_card",
        "security_violation",
        "merchant_blacklist",
        "revocation_of_authorization",
        "do_not_honor",
        "generic_decline",
        "a_code_of_next_year",
        "",
    ],
)
def test_what_a_thief_must_not_know_sounds_like_any_other_refusal(code: str) -> None:
    assert explain_decline(code) == GENERIC


def test_every_explanation_is_one_sentence_and_betrays_no_suspicion() -> None:
    for sentence in (*SENTENCES.values(), GENERIC):
        assert sentence.endswith(".")
        assert sentence.count(".") == 1
        assert not any(word in sentence.lower() for word in ("lost", "stolen", "fraud", "blacklist", "risk"))
