"""At the command line a second person looks at what waits, and one alone gives back no more than one may."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from billing.approvals.ask import ask_second_person
from billing.approvals.rules import Effect
from database.engine import Database
from database.memory import WorkState, waits_for_approval
from database.operations import Operation, stage_command
from tests.stack.forked import cashbeat


@pytest.fixture
def waiting_gift(books_of_owner: Database) -> UUID:
    """Mo wants to give credits to somebody."""
    now = datetime.now(UTC)
    with books_of_owner.transaction() as session:
        operation_id = stage_command(session, "adjust_credits", {"amount": 20_000}, "app/x")
        operation = session.scalars(select(Operation)).one()
        ask_second_person(session, operation, Effect(None, 20_000, "credits", {"amount": 20_000}), "key/Mo", now)
        session.execute(update(Operation).values(waits_for_approval()))
    return operation_id


def test_it_is_listed_shown_and_approved_by_somebody_else(
    waiting_gift: UUID, books_of_owner: Database, tmp_path: Path, database_url: str
) -> None:
    typed = partial(cashbeat, "approval", home=tmp_path, DATABASE_URL=database_url)
    (line,) = typed("list").stdout.splitlines()
    assert "adjust_credits  20,000 credits  wanted by key/Mo  waiting" in line
    shown = typed("approve", str(waiting_gift), "--by", "jo").stdout.splitlines()
    seen = shown[-1].split()[-1]
    alone = typed("approve", str(waiting_gift), "--by", "mo", "--seen", seen)
    assert (alone.returncode, alone.stderr.splitlines()[-1].startswith("cashbeat: You want this yourself")) == (2, True)
    assert typed("approve", str(waiting_gift), "--by", "jo", "--seen", seen).stdout.endswith(": approved\n")
    with books_of_owner.transaction() as session:
        assert session.get_one(Operation, waiting_gift).state is WorkState.READY
    assert typed("reject", str(waiting_gift), "--by", "jo", "--reason", "late").returncode == 2
    assert typed("list").stdout == ""


def test_limits_are_set_and_listed(tmp_path: Path, database_url: str) -> None:
    typed = partial(cashbeat, "approval", home=tmp_path, DATABASE_URL=database_url)
    assert (
        "adjust_credits: above 10,000 minor units, or credits, another person has to approve" in typed("limits").stdout
    )
    assert typed("limit", "adjust_credits", "credits=500").returncode == 0
    assert typed("limit", "refund_payment", "USD=12.50").returncode == 0
    assert typed("limit", "write_off_invoice", "never").stdout == "write_off_invoice: one person is enough\n"
    listed = typed("limits").stdout
    assert "adjust_credits: above 500 credits another person" in listed
    assert "refund_payment: above 12.50 USD another person" in listed
    assert "write_off_invoice: one person is enough\n" in listed
    for kind, amount in (("plant_tree", "USD=1.00"), ("adjust_credits", "credits=some")):
        refused = typed("limit", kind, amount)
        assert (refused.returncode, "Traceback" in refused.stderr) == (2, False), (kind, amount)
