"""What a dispute has taken, when the balance it was taken from is in another currency than the charge."""

import pytest

from gateways.stripe.reversal_shapes import payment_of_charge
from gateways.stripe.shapes import Json
from schemas.facts.reversals import DisputeState

CHARGE: Json = {
    "id": "ch_1",
    "payment_intent": {"id": "pi_1", "object": "payment_intent", "metadata": {}},
    "metadata": {},
}
DISPUTED, WITHDRAWN = 5_000, -7_000


def _left(status: str, moved: list[int], currency: str = "cad", step: int = 1) -> tuple[DisputeState, int]:
    """How it stands, and what has left of 50.00 USD; a withdrawal costs 20.00 CAD. Told newest first by -1."""
    transactions = [
        {"amount": each, "fee": 2_000, "currency": currency, "created": 1_780_000_000 + place}
        for place, each in enumerate(moved)
    ][::step]
    dispute = {
        "id": "dp_1", "amount": DISPUTED, "currency": "usd", "created": 1_780_000_000, "status": status,
        "reason": "fraudulent", "evidence_details": {"due_by": 0}, "balance_transactions": transactions,
    }  # fmt: skip
    told = payment_of_charge(CHARGE, {}, [], [dispute]).reversals[0]
    assert told.contest is not None
    return told.contest.state, told.left_minor


def test_an_inquiry_has_taken_nothing() -> None:
    assert _left("warning_needs_response", []) == (DisputeState.INQUIRY, 0)


def test_what_is_withdrawn_is_all_that_is_disputed() -> None:
    assert _left("needs_response", [WITHDRAWN]) == (DisputeState.NEEDS_RESPONSE, DISPUTED)


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("reinstated", [6_500, 7_000, 7_200])
def test_what_is_won_is_all_back_though_the_rate_has_moved(reinstated: int, step: int) -> None:
    assert _left("won", [WITHDRAWN, reinstated], step=step) == (DisputeState.WON, 0)


def test_what_is_won_and_not_reinstated_is_gone_still() -> None:
    assert _left("won", [WITHDRAWN]) == (DisputeState.WON, DISPUTED)


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize(("reinstated", "left"), [(3_500, 2_500), (1, 4_999), (7_200, 0)])
def test_of_what_is_lost_a_part_may_be_reinstated(reinstated: int, left: int, step: int) -> None:
    assert _left("lost", [WITHDRAWN, reinstated], step=step) == (DisputeState.LOST, left)


def test_what_is_withdrawn_anew_is_gone_anew() -> None:
    assert _left("lost", [WITHDRAWN, 6_500, -7_300]) == (DisputeState.LOST, DISPUTED)


def test_in_the_charges_own_currency_every_cent_counts() -> None:
    assert _left("won", [-DISPUTED, 4_900], "usd") == (DisputeState.WON, 100)
