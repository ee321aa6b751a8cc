"""Money by hand calls a person: claims nobody decides about, lines nobody looks at, transfers no statement has."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from billing.manual_payments.submit import Claimed, submit_claim
from billing.manual_payments.tables import PaymentClaim
from billing.money import Money
from billing.payment_methods.tables import ManualMethod
from billing.statements.ignore_line import ignore_line
from billing.statements.tables import StatementLine
from database.engine import Database
from database.ids import uuid7
from ingress.metrics import _read_gauges
from settings import Settings
from stack import parked
from stack.errors import StackError
from stack.parked_decisions import discard, see
from tests.billing.payers import NOON, TODAY, Payer
from tests.billing.tellers import PRICE, Teller, line

DAYS = timedelta(days=1)


def _told(home: Settings) -> list[tuple[str, UUID, str]]:
    return [(row.memory, row.id, row.what) for row in parked.list_parked(home, 20).rows]


def _counted(database: Database) -> float:
    """The figure of the alarm."""
    with database.transaction() as session:
        (counted,) = [values for name, _, _, values in _read_gauges(session) if name == "cashbeat_parked_rows"]
    return sum(counted.values())


def _days_go_by(database: Database, table: type[PaymentClaim | StatementLine], days: int) -> None:
    with database.transaction() as session:
        session.execute(update(table).values(created_at=table.created_at - days * DAYS))


def test_a_claim_that_nobody_decides_about(banked: Payer, at_home: Settings) -> None:
    claim_id = banked.claim(banked.order(), PRICE)
    _days_go_by(banked.database, PaymentClaim, 1)
    assert (_told(at_home), _counted(banked.database)) == ([], 0)
    _days_go_by(banked.database, PaymentClaim, 1)
    assert _told(at_home) == [("payment_claims", claim_id, "submitted")]
    assert _counted(banked.database) == 1
    assert "29.99 USD are said to have been paid on 2026-11-22" in parked.show(at_home, claim_id)
    with pytest.raises(StackError, match="cashbeat payment approve ID"):
        discard(at_home, claim_id, "it is Sunday", "mo")
    banked.reject(claim_id)
    assert (_told(at_home), _counted(banked.database)) == ([], 0)


def test_a_line_that_nobody_looks_at(banked: Payer, at_home: Settings) -> None:
    teller = Teller(banked.database)
    [line_id] = teller.keep(line(500, "interest", "B1"))
    _days_go_by(banked.database, StatementLine, 1)
    assert (_told(at_home), _counted(banked.database)) == ([], 0)
    _days_go_by(banked.database, StatementLine, 1)
    assert _told(at_home) == [("statement_lines", line_id, "open")]
    assert _counted(banked.database) == 1
    assert "5.00 USD of 2026-11-22 are neither booked nor ignored" in parked.show(at_home, line_id)
    with pytest.raises(StackError, match="cashbeat statement match ID"):
        see(at_home, line_id)
    with banked.database.transaction() as session:
        ignore_line(session, line_id, "interest", "operator/mo")
    assert (_told(at_home), _counted(banked.database)) == ([], 0)


def test_a_line_whose_claim_was_rejected_is_looked_at_again(banked: Payer, at_home: Settings) -> None:
    teller, invoice_id = Teller(banked.database), banked.order()
    banked.limit(0)
    [line_id] = teller.keep(line(PRICE, banked.reference(invoice_id), "B1"))
    teller.book(line_id)
    _days_go_by(banked.database, StatementLine, 3)
    assert _told(at_home) == []
    [claim_id] = teller.claims()
    banked.reject(claim_id)
    assert _told(at_home) == [("statement_lines", line_id, "open")]


def test_a_transfer_that_was_approved_and_is_on_no_statement(banked: Payer, at_home: Settings) -> None:
    """Nothing is said where no statements are imported, nor while it may still be on the next one."""
    invoice_id, teller = banked.order(), Teller(banked.database)
    receipt_id = banked.row(banked.pay(invoice_id, PRICE)).receipt_id
    assert receipt_id
    assert (_told(at_home), _counted(banked.database)) == ([], 0)
    teller.keep(line(500, "interest", "B1", booked_on=TODAY + 10 * DAYS))
    teller.keep(line(500, "interest", "B2", currency="EUR", booked_on=TODAY + 30 * DAYS))
    assert (_told(at_home), _counted(banked.database)) == ([], 0)
    teller.keep(line(500, "interest", "B3", booked_on=TODAY + 11 * DAYS))
    assert _told(at_home) == [("receipts", receipt_id, "not_on_statement")]
    assert _counted(banked.database) == 1
    see(at_home, receipt_id)
    assert (_told(at_home), _counted(banked.database)) == ([], 0)


def test_a_transfer_that_is_on_a_statement_calls_nobody(banked: Payer, at_home: Settings) -> None:
    invoice_id, teller = banked.order(), Teller(banked.database)
    claim_id = banked.pay(invoice_id, PRICE)
    [line_id, _] = teller.keep(
        line(PRICE, banked.reference(invoice_id), "B1"), line(500, "interest", "B2", booked_on=TODAY + 30 * DAYS)
    )
    assert [what for _, _, what in _told(at_home)] == ["not_on_statement"]
    teller.see(line_id, claim_id)
    assert _told(at_home) == []


def test_a_wallet_has_no_statements(banked: Payer, at_home: Settings) -> None:
    claim_id, price = uuid7(), Money(PRICE, "USD")
    claimed = Claimed(banked.order(), ManualMethod.LOCAL_WALLET, price, TODAY, "product", f"operation/{claim_id}")
    with banked.database.transaction() as session:
        submit_claim(session, claim_id, claimed, NOON)
    banked.approve(claim_id)
    Teller(banked.database).keep(line(500, "interest", "B1", booked_on=TODAY + 30 * DAYS))
    assert _told(at_home) == []
