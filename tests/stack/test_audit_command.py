"""What operators type is written down, and a record that was changed is told with exit code 1."""

import json
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine

from database.audit.chain import chain
from database.audit.queries import Wanted, Whole, list_entries
from database.engine import Database
from tests.billing.chained import Log
from tests.stack.forked import cashbeat


@pytest.fixture
def kept(books_of_owner: Database, as_owner: Engine) -> Log:
    """The log that commands write into."""
    return Log(books_of_owner, as_owner)


def _entries(kept: Log, action: str) -> list[Whole]:
    with kept.database.transaction() as session:
        return list_entries(session, Wanted(action=action), None, 100)[0]


def test_what_an_operator_types_is_an_entry_with_its_arguments_and_their_name(
    kept: Log, tmp_path: Path, database_url: str
) -> None:
    typed = partial(cashbeat, home=tmp_path, DATABASE_URL=database_url)
    assert typed("tax", "set", "DE", "19", "VAT", "--from", "2026-01-01", SUDO_USER="mo").returncode == 0
    assert typed("payment", "limit", "USD=50.00").returncode == 0
    assert typed("payment", "limit", "USD=100.00").returncode == 0
    assert typed("api-key", "create", "office").returncode == 0
    (tax,) = _entries(kept, "cashbeat tax set")
    assert (tax.said["country"], tax.said["percent"], tax.said["name"]) == ("DE", "19", "VAT")
    assert tax.entry.actor_kind == "operator"
    assert tax.entry.actor_id.startswith("operator/")
    limit, _ = _entries(kept, "cashbeat payment limit")
    assert limit.said == {"amount": "USD=100.00"}
    assert limit.before == {"approval_limits/USD": {"limit_minor": 5_000}}
    assert limit.after == {"approval_limits/USD": {"limit_minor": 10_000}}
    (key,) = _entries(kept, "cashbeat api-key create")
    ((table, fields),) = key.after.items()
    assert table.startswith("api_keys/")
    assert (fields["name"], fields["secret_sha256"]) == ("office", "***")


def test_with_by_it_is_whose_name_was_said(kept: Log, tmp_path: Path, database_url: str) -> None:
    """Nothing that is refused is written down: nothing was done."""
    typed = partial(cashbeat, home=tmp_path, DATABASE_URL=database_url)
    refused = typed("parked", "discard", str(kept.account_id), "--because", "twice", "--by", "mo")
    assert refused.returncode == 2
    assert _entries(kept, "cashbeat parked discard") == []


def test_the_proof_of_a_whole_record_and_of_one_that_was_changed(kept: Log, tmp_path: Path, database_url: str) -> None:
    typed = partial(cashbeat, home=tmp_path, DATABASE_URL=database_url)
    kept.write(3)
    kept.chain()
    heads = tmp_path / "heads"
    heads.write_text("not JSON\n" + typed("audit", "head").stdout, encoding="utf-8")
    assert json.loads(heads.read_text().splitlines()[1])["seq"] == 3
    proved = typed("audit", "verify", "--heads", str(heads))
    assert (proved.returncode, proved.stdout) == (0, "")
    assert "proved up to 3\n1 published heads were compared\nthe record is whole\n" in proved.stderr
    kept.damage("UPDATE audit_entries SET action = 'other' WHERE id = (SELECT entry_id FROM audit_links WHERE seq = 2)")
    found = typed("audit", "verify")
    assert found.returncode == 1
    assert found.stdout.startswith("2: entry ")
    assert typed("audit", "verify", "--from", "3").returncode == 0
    no_heads = typed("audit", "verify", "--heads", str(tmp_path / "none"))
    assert no_heads.returncode == 2
    assert no_heads.stderr.splitlines()[-1].startswith("cashbeat: ")


def test_a_list_is_filtered_and_one_is_shown_whole(kept: Log, tmp_path: Path, database_url: str) -> None:
    typed = partial(cashbeat, home=tmp_path, DATABASE_URL=database_url)
    kept.write(2)
    with kept.database.transaction() as session:
        chain(session, 1)
    listed = typed("audit", "list", "--account", str(kept.account_id)).stdout.splitlines()
    assert [line.split("  ")[2:5] for line in listed] == [
        ["1", "staff Mo", "adjust_credits"], ["-", "staff Mo", "adjust_credits"]
    ]  # fmt: skip
    assert typed("audit", "list", "--who", "staff/jo").stdout == ""
    entry_id = UUID(listed[0].split("  ")[1])
    shown = typed("audit", "show", str(entry_id)).stdout
    assert 'said {"amount": 0, "note": "she called from 0151 2345"}' in shown
    assert "link 1, chained 20" in shown
    assert '"action":"adjust_credits"' in shown
