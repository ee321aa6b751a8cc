"""A month of eight customers, from the command line, with everything real."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.canaries import searched_home

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(240)
def test_a_month_of_eight_customers() -> None:
    with searched_home("simulation") as folder:
        chart = folder / "months.svg"
        arguments = ("--accounts", "8", "--months", "1", "--seed", "594", "--json", "--chart", str(chart))
        ran = subprocess.run(
            [sys.executable, "-m", "cli", "simulate", *arguments, "--home", str(folder / "home")],
            cwd=ROOT,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            timeout=220,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        drawn = chart.read_text()
    told = json.loads(ran.stdout.splitlines()[-1])
    assert (told["invariants_ok"], told["ledgers_equal"]) == (True, True)
    assert (told["seed"], told["accounts"]) == (594, 8)
    (january,) = told["months"]
    # these are the figures of this seed: another order among the workers must not change them
    assert (january["month"], january["captured"], january["mrr_minor"]) == ("2026-01", 4, 81_925)
    # one of the payments came out of a wallet at the second gateway
    assert (january["by_wallet"], january["by_wallet_minor"]) == (1, 9_900)
    assert (january["renewals"], january["declined"], january["credits_used"]) == (1, 2, 528)
    assert (january["refunds"], january["refunded_minor"], january["credit_notes"]) == (1, 9_900, 3)
    # one pays in time, and one never does
    assert (january["transfers"], january["transfers_minor"], january["transfers_overdue"]) == (1, 22_425, 1)
    # one payment is disputed, and its evidence wins
    assert (january["disputes"], january["disputes_won"], january["disputes_lost"]) == (1, 1, 0)
    assert (january["dispute_losses_minor"], january["dispute_fees_minor"]) == (0, 1_500)
    assert january["credits_granted"] == 7_000
    assert "2026-01" in ran.stdout
    assert drawn.startswith("<svg")
