"""A month of six customers, from the command line, with everything real."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.canaries import searched_home

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(240)
def test_a_month_of_six_customers() -> None:
    with searched_home("simulation") as folder:
        chart = folder / "months.svg"
        arguments = ("--accounts", "6", "--months", "1", "--seed", "7", "--json", "--chart", str(chart))
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
    assert (told["seed"], told["accounts"]) == (7, 6)
    (january,) = told["months"]
    # these are the figures of this seed: another order among the workers must not change them
    assert (january["month"], january["captured"], january["mrr_minor"]) == ("2026-01", 5, 76_100)
    assert (january["renewals"], january["declined"], january["credits_used"]) == (1, 1, 453)
    assert january["credits_granted"] == 22_000
    assert "2026-01" in ran.stdout
    assert drawn.startswith("<svg")
