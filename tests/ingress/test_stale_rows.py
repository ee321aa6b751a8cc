"""One row with a word that this version does not know (a newer one wrote it, and was taken back) breaks no list."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.orm import Session

from billing.catalog.seed import seed
from billing.credits.tables import CreditSource
from billing.cycle.start.create import create_subscription
from billing.ledger.post import post
from billing.money import Money
from billing.receipts.receive import capture_of, receive
from billing.receipts.write import write_receipts
from database.ids import uuid7
from schemas.commands.subscriptions import CreateSubscription, PlanChoice
from tests.billing.gifts import grant_credits

Rows = Callable[..., list[tuple[Any, ...]]]
MARCH_1 = datetime(2026, 3, 1, tzinfo=UTC)
TRANSACTIONS = "credits/transactions"


@pytest.mark.parametrize(
    ("table", "column", "path", "field"),
    [
        ("subscriptions", "status", "subscriptions", "status"),
        ("subscriptions", "collection", "subscriptions", "collection"),
        ("subscriptions", "pay_by", "subscriptions", "pay_by"),
        ("subscriptions", "interval", "subscriptions", "interval"),
        ("plan_prices", "interval", "subscriptions", ""),
        ("plan_prices", "interval", "plans", ""),
        ("service_prices", "interval", "services", "interval"),
        ("service_prices", "interval", "subscriptions", ""),
        ("invoices", "status", "invoices", "status"),
        ("invoices", "reason", "invoices", "reason"),
        ("invoices", "tax_reason", "invoices", ""),
        ("receipts", "source", "receipts", "source"),
        ("receipts", "remark", "receipts", "remark"),
        ("credit_transactions", "movement", TRANSACTIONS, "movement"),
    ],
)
def test_a_word_that_nobody_knows_any_more(
    table: str, column: str, path: str, field: str,
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID, rows: Rows,
) -> None:  # fmt: skip
    _live(owner_session, acme_id)
    refusals = "SELECT conname FROM pg_constraint WHERE contype IN ('c', 'u') AND conrelid = %s::regclass"
    for (name,) in rows(refusals, table):
        rows(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    rows("SET session_replication_role = replica")  # past the triggers that keep history as it is
    rows(f"UPDATE {table} SET {column} = 'of_tomorrow'")  # noqa: S608 - the names of the list above
    wanted = {"account_id": str(acme_id)} if path == TRANSACTIONS else {}
    answer = door.get(f"/v1/billing/{path}/", params=wanted, headers=key)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"] != []
    if field:
        assert {one[field] for one in answer.json()["data"]} == {"of_tomorrow"}


def test_a_test_clock_that_nobody_knows_how_to_move(door: httpx.Client, key: dict[str, str], rows: Rows) -> None:
    rows("ALTER TABLE test_clocks DROP CONSTRAINT ck_test_clocks_status_known")
    rows(
        "INSERT INTO test_clocks (id, name, status, frozen_at, target_at) VALUES (%s, 'x', 'of_tomorrow', %s, %s)",
        str(uuid7()), MARCH_1, MARCH_1,
    )  # fmt: skip
    assert [one["name"] for one in door.get("/v1/test-clocks/", headers=key).json()["data"]] == ["x"]


def _live(books: Session, account_id: UUID) -> None:
    """A subscription with its invoice, money that fits nothing, and a movement of credits."""
    seed(books)
    plan, services = PlanChoice(plan="growth"), [{"service": "campaign-management"}]
    command = CreateSubscription(account_id=account_id, plan=plan, pay_by="transfer", services=services)
    create_subscription(books, uuid7(), command, MARCH_1)
    booked = receive(capture_of(account_id, None, "stripe", "pi_1", Money(500, "USD"), MARCH_1), None)
    post(books, [booked.movement], MARCH_1)
    write_receipts(books, [booked])
    grant_credits(books, account_id, CreditSource.PACKAGE, "a test", 7, None, MARCH_1)
    books.commit()
