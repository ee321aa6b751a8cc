"""What a dispute takes is told as a reversal of its payment, too, and one of both is heard of first: it leaves once."""

from typing import Any
from uuid import UUID

import pytest

from gateways.paypal.reversal_shapes import reversed_payment
from schemas.facts.reversals import ReversedPaymentFact
from tests.billing.money_back import MoneyBack
from tests.billing.subscribers import Books
from tests.gateways.paypal.objects import ATTEMPT, capture, dispute, refund

SINCE = {"status": "COMPLETED", "value": "29.99", "create_time": "2026-11-05T12:00:00Z"}
BY_A_BANK = refund(**SINCE, id="BYBANK", custom_id=None), "CHARGEBACK"
AS_BY_HAND = refund(**SINCE, id="BYHAND", custom_id=f"cashbeat.{ATTEMPT}"), ""
OPEN, LOST = dispute("UNDER_REVIEW"), dispute("RESOLVED", "RESOLVED_BUYER_FAVOUR")


@pytest.mark.parametrize("taken", [BY_A_BANK, AS_BY_HAND])
@pytest.mark.parametrize(
    "told",
    [
        [(True, OPEN), (True, LOST), (True, LOST)],
        [(False, OPEN), (True, OPEN), (True, LOST)],
        [(False, LOST), (True, LOST), (True, LOST)],
        [(False, LOST), (True, OPEN), (True, LOST)],
    ],
)
def test_whichever_is_heard_of_first(
    books: Books, account_id: UUID, taken: tuple[dict[str, Any], str], told: list[tuple[bool, dict[str, Any]]]
) -> None:
    back, (reversal, reason) = MoneyBack(books, account_id), taken
    payment = back.buy()

    def at_paypal(is_taken: bool, contest: dict[str, Any]) -> ReversedPaymentFact:
        payment = capture("REFUNDED", status_details={"reason": reason}) if is_taken else capture()
        return reversed_payment(payment, [reversal] if is_taken else [], [contest])

    for each in told:
        back.hear(payment, *at_paypal(*each).reversals)
    assert (back.ledger().get("gateway_clearing", 0), back.kept_minor()) == (0, 0)
