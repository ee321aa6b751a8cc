"""Payments past every gateway are decided at the command line, by two people where they are large."""

import re
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from billing.accounts.open import open_account
from billing.catalog.seed import seed
from database.engine import Database
from database.ids import uuid7
from tests.billing.conftest import ADA
from tests.billing.payers import Payer
from tests.stack.forked import cashbeat

Typed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def sender(books_of_owner: Database) -> Payer:
    with books_of_owner.transaction() as session:
        seed(session)
        return Payer(books_of_owner, open_account(session, uuid7(), ADA))


@pytest.fixture
def claim_id(sender: Payer) -> UUID:
    return sender.claim(sender.order(), 2_999)


@pytest.fixture
def said(tmp_path: Path, database_url: str) -> Typed:
    """What `cashbeat payment` answers."""
    return partial(cashbeat, "payment", home=tmp_path, DATABASE_URL=database_url)


def _fingerprint(shown: str) -> str:
    found = re.search(r"fingerprint ([0-9a-f]{64})", shown)
    assert found
    return found[1]


def test_two_people_look_at_it_and_approve(sender: Payer, claim_id: UUID, said: Typed) -> None:
    assert "above 20.00 USD a second person" in said("limit", "USD=20.00").stdout
    [line] = said("claims").stdout.splitlines()
    assert str(claim_id) in line

    shown = said("approve", str(claim_id), "--by", "mo")
    assert "29.99 USD is left to pay" in shown.stdout
    assert "so far: nobody" in shown.stdout
    assert "nothing was written" in shown.stderr

    seen = _fingerprint(shown.stdout)
    assert "awaiting_second_approval" in said("approve", str(claim_id), "--by", "mo", "--seen", seen).stdout
    again = said("approve", str(claim_id), "--by", "mo", "--seen", seen)
    assert (again.returncode, "somebody else must" in again.stderr) == (2, True)
    assert sender.receipts() == []

    assert "approved" in said("approve", str(claim_id), "--by", "jo", "--seen", seen).stdout
    assert sender.receipts() == [(2_999, "USD", 2_999, "")]
    assert sender.row(claim_id).first_approved_by == "operator/mo"
    assert said("claims").stdout == ""


def test_it_is_rejected_for_a_reason(sender: Payer, claim_id: UUID, said: Typed) -> None:
    done = said("reject", str(claim_id), "--by", "mo", "--reason", "Nothing came in.")
    assert "rejected" in done.stdout
    assert sender.row(claim_id).reject_reason == "Nothing came in."


def test_what_has_changed_since_is_told_in_a_sentence(claim_id: UUID, said: Typed) -> None:
    refused = said("approve", str(claim_id), "--by", "mo", "--seen", "0" * 64)
    assert (refused.returncode, "has changed since you looked" in refused.stderr) == (2, True)
    assert "Traceback" not in refused.stderr


def test_the_reference_of_another_invoice_is_pointed_out(sender: Payer, said: Typed) -> None:
    billed, other = sender.order(), sender.order()
    sender.claim(other, 2_999)
    shown = said("approve", str(sender.claim(billed, 2_999, paid_as=sender.reference(other))), "--by", "mo").stdout
    assert "THAT IS THE REFERENCE OF ANOTHER INVOICE" in shown
    assert re.search(rf"MAY BE THE SAME MONEY: .* as {sender.reference(other)}", shown)
