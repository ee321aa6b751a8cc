"""A payment is found and given back from the command line; first it is only said what that would do."""

import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from billing.accounts.open import open_account
from billing.catalog.seed import seed
from billing.clocks.wall import Wall
from billing.outcomes.record_outcome import record_outcome
from billing.receipts.tables import Receipt
from billing.refunds.tables import Refund
from database.engine import Database
from database.ids import uuid7
from schemas.facts.payments import PaymentStatus
from tests.billing.conftest import ADA, NOON
from tests.billing.purchases import fact, start_purchase
from tests.stack.forked import cashbeat

Typed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def payment_id(books_of_owner: Database) -> UUID:
    """Credits that somebody has paid for."""
    with books_of_owner.transaction() as session:
        seed(session)
        account_id = open_account(session, uuid7(), ADA)
    request = start_purchase(books_of_owner, account_id, NOON)
    with books_of_owner.transaction() as session:
        record_outcome(session, fact(request, PaymentStatus.CAPTURED), Wall(NOON))
        return session.scalars(select(Receipt.id)).one()


@pytest.fixture
def payments_typed(tmp_path: Path, database_url: str) -> Typed:
    """What `cashbeat payment` answers."""
    return partial(cashbeat, "payment", home=tmp_path, DATABASE_URL=database_url)


def test_it_is_listed_tried_and_given_back(payment_id: UUID, books_of_owner: Database, payments_typed: Typed) -> None:
    [line] = payments_typed("list").stdout.splitlines()
    assert str(payment_id) in line
    assert line.endswith("29.99 USD can be refunded")

    tried = payments_typed("refund", str(payment_id), "--by", "mo", "--dry-run")
    assert "29.99 USD by credit note CN-" in tried.stdout
    assert "nothing was written" in tried.stderr
    with books_of_owner.transaction() as session:
        assert session.scalars(select(Refund)).all() == []

    done = payments_typed("refund", str(payment_id), "--by", "mo", "--amount", "USD=10.00")
    assert "10.00 USD by credit note CN-" in done.stdout
    with books_of_owner.transaction() as session:
        [refund] = session.scalars(select(Refund)).all()
        assert (refund.amount_minor, refund.requested_by) == (1_000, "operator/mo")
    assert payments_typed("list").stdout.splitlines()[0].endswith("19.99 USD can be refunded")


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--amount", "USD=30.00", "Of this payment 29.99 USD can still be refunded."),
        ("--amount", "EUR=10.00", "the payment came in USD, not in EUR"),
        ("--amount", "ten", "ten"),
        ("--amount", "USD=0", "--amount must be more than nothing"),
        ("--reason", "whim", "reason"),
        ("--used-credits", "whim", "used_credits"),
        ("--by", "mo" * 200, "who decides"),
        ("--by", " ", "who decides"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    payment_id: UUID, payments_typed: Typed, option: str, value: str, sentence: str
) -> None:
    refused = payments_typed(
        "refund", str(payment_id), "--by", "mo", option, value
    )  # the last of two that are given counts
    assert refused.returncode == 2
    assert sentence.lower() in refused.stderr.lower()
    assert "Traceback" not in refused.stderr


def test_without_a_login_somebody_has_to_say_who_decides(payment_id: UUID, payments_typed: Typed) -> None:
    nobody = {"SUDO_USER": "", "LOGNAME": "", "USER": ""}
    refused = payments_typed("refund", str(payment_id), **nobody)
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1] == "Error: Missing option '--by'."


def test_above_the_limit_nobody_gives_back_alone(
    payment_id: UUID, books_of_owner: Database, payments_typed: Typed, tmp_path: Path, database_url: str
) -> None:
    limit = ("approval", "limit", "refund_payment", "USD=10.00")
    assert cashbeat(*limit, home=tmp_path, DATABASE_URL=database_url).returncode == 0
    refused = payments_typed("refund", str(payment_id), "--by", "mo", "--amount", "USD=10.01")
    assert refused.returncode == 2
    assert "above 10.00 USD a day another person has to approve refunds" in refused.stderr
    with books_of_owner.transaction() as session:
        assert session.scalars(select(Refund)).all() == []
    assert payments_typed("refund", str(payment_id), "--by", "mo", "--amount", "USD=10.00").returncode == 0
    again = payments_typed("refund", str(payment_id), "--by", "jo", "--amount", "USD=0.01")
    assert (again.returncode, "another person has to approve" in again.stderr) == (2, True), "slices count together"
