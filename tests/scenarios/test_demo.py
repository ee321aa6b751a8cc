"""The demo is a promise: two gateways, money back, a transfer, a forgery, a kill, six months, and right books."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.canaries import searched_home

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
def test_the_story_of_the_demo() -> None:
    with searched_home("demo") as home:
        _play(home)


def _play(home: Path) -> None:
    environment = {**os.environ, "CASHBEAT_HOME": str(home)}
    run = subprocess.run(
        [sys.executable, "-m", "cli", "demo", "--once", "--json"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    summary = json.loads(run.stdout.splitlines()[-1])
    month = summary["invoices"][0]["number"][:-5]
    assert [(i["number"], i["status"], i["total_minor"], i["currency"]) for i in summary["invoices"]] == [
        (f"{month}00001", "paid", 2_999, "USD"),
        (f"{month}00002", "paid", 2_999, "USD"),
        (f"{month}00003", "paid", 999, "USD"),
        (f"{month}00004", "paid", 2_999, "USD"),
    ]
    (note,) = summary["credit_notes"]
    assert (note["number"], note["corrects"]) == (f"CN-{month[4:]}00001", f"{month}00002")
    assert (note["total_minor"], note["refunded_minor"]) == (2_999, 2_999)
    (transfer,) = summary["transfers"]
    assert (transfer["invoice_number"], transfer["amount_minor"], transfer["status"]) == (
        f"{month}00003",
        999,
        "approved",
    )
    assert transfer["reference"].startswith("RF")
    assert summary["credits_balance"] == 2_000 + 500
    assert summary["ledger_balanced"] is True
    assert summary["invariants_violated"] == []
    of_company = [mail["subject"] for mail in summary["emails"] if mail["to"][0].endswith("@lighthouse.example")]
    assert len(summary["emails"]) - len(of_company) == 4 + 3
    for beginning in ("Your Starter subscription is active", "Payment failed", "You are invited"):
        assert [subject for subject in of_company if subject.startswith(beginning)], of_company
    assert "portal" not in summary["urls"], "what stops is not looked at"
    assert summary["webhooks_refused"] == 1
    assert summary["webhooks_delivered"] == 3 * summary["events_handled_once"] > 0
    for path in (*(paper["pdf_path"] for paper in (*summary["invoices"], note)), transfer["instructions_path"]):
        assert Path(path).read_bytes().startswith(b"%PDF-")
