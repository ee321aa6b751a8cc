"""A short gauntlet on every run; the long one is `make chaos`."""

import pytest

from tests.canaries import searched_home
from tests.gauntlet.payers import WAYS
from tests.gauntlet.plan import Plan
from tests.gauntlet.run import run


@pytest.mark.timeout(600)
def test_all_ways_of_money_through_kills_a_wipe_and_a_database_crash() -> None:
    """Of twelve subscribers, half of them with wallets, one has a card that recovers, one a card that does not, and one
    owes two periods.

    Each way to pay by transfer is gone once: three do not cover their invoice, and two lines wait for a person.
    """
    plan = Plan(
        purchases=30,
        renewals=12,
        refunds=6,
        transfers=len(WAYS),
        seed=7,
        kills_min=4,
        broker_wipes=1,
        database_kills=1,
        accounts=3,
        due_seconds_min=20,
        gateways=("stripe", "paypal"),
        rotations=2,
    )
    with searched_home("gauntlet") as home:
        result = run(plan, home, lambda happened, phase: None)
    figures = result.figures
    assert result.problems == []
    assert figures["charges"] == figures["captured"] == 30 + 12
    assert figures["invoices"] == 30 + 12 + figures["transfers_covered"]
    assert (figures["transfers_covered"], figures["lines_open"]) == (len(WAYS) - 3, 2)
    assert figures["bank_minor"] == figures["received_minor"] + figures["open_minor"]
    assert (figures["renewed"], figures["recovered"], figures["past_due"]) == (12, 1, 1)
    assert (figures["unsettled"], figures["documents_left"], figures["left_over"]) == (0, 0, 0)
    assert figures["refunded"] == figures["credit_notes"] == 6
    assert figures["kills"] >= 4
    assert (figures["broker_wipes"], figures["database_kills"], figures["rotations"]) == (1, 1, 2)
    assert figures["forged"] > 0
