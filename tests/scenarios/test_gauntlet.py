"""A short gauntlet on every run; the long one is `make chaos`."""

import tempfile
from pathlib import Path

import pytest

from tests.gauntlet.plan import Plan
from tests.gauntlet.run import run


@pytest.mark.timeout(400)
def test_thirty_purchases_through_kills_a_wipe_and_a_database_crash() -> None:
    plan = Plan(purchases=30, seed=7, kills_min=4, broker_wipes=1, database_kills=1, accounts=3)
    with tempfile.TemporaryDirectory(prefix="gauntlet-") as home:
        result = run(plan, Path(home), lambda happened, phase: None)
    assert result.problems == []
    assert result.figures["charges"] == result.figures["invoices"] == result.figures["emails"] == 30
    assert result.figures["kills"] >= 4
    assert (result.figures["broker_wipes"], result.figures["database_kills"]) == (1, 1)
    assert result.figures["forged"] > 0
