"""Invoices: numbered without gaps, whatever fails in between, and frozen on the day of issue."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from billing.accounts.tables import Account
from billing.errors import Rejected
from billing.invariants import invoice_numbers_have_no_gap
from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.issue import issue_invoice, number_invoice
from billing.invoices.rules import LineDraft
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.invoices.void import void_draft
from billing.money import Money
from billing.tax.decision import NO_TAX, TaxDecision, TaxReason
from billing.tax.queries import decide_tax
from billing.tax.tables import TaxRate
from database.engine import Database
from database.ids import uuid7
from tests.billing.conftest import NOON

ITEM = LineDraft("Value package: 2,000 credits", 1, Money(2_999, "USD"), credits=2_000)


class PowerCut(Exception):
    """Something went wrong after the number was taken."""


def _draft(database: Database, account_id: UUID, cause: str) -> UUID:
    with database.transaction() as session:
        return draft_invoice(session, NewInvoice(account_id, cause, InvoiceReason.PURCHASE, [ITEM], NO_TAX)).id


def _issue(database: Database, invoice_id: UUID, now: datetime = NOON, *, fails: bool = False) -> str:
    with database.transaction() as session:
        invoice = session.get_one(Invoice, invoice_id, with_for_update=True)
        issue_invoice(session, invoice, due_at=now, now=now)
        number_invoice(session, invoice)
        session.flush()
        if fails:
            raise PowerCut
        assert invoice.number is not None
        return invoice.number


def test_numbers_have_no_gap_although_a_third_of_the_issues_fail(database: Database, account_id: UUID) -> None:
    drafts = [_draft(database, account_id, f"test/{number}") for number in range(60)]
    fails = random.Random(7)  # noqa: S311 - a fixed sequence

    def issue(work: tuple[UUID, bool]) -> None:
        with suppress(PowerCut):
            _issue(database, work[0], fails=work[1])

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(issue, [(draft, fails.random() < 0.33) for draft in drafts]))

    with database.transaction() as session:
        numbers = sorted(number for number in session.scalars(select(Invoice.number)) if number)
        assert numbers == [f"INV-2026-11-{counter:05d}" for counter in range(1, len(numbers) + 1)]
        assert 20 < len(numbers) < 60
        assert invoice_numbers_have_no_gap.ask(session) == []


def test_each_month_counts_from_one_in_utc(database: Database, account_id: UUID) -> None:
    instants = [datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)]
    numbers = [_issue(database, _draft(database, account_id, str(now)), now) for now in instants]
    assert numbers == ["INV-2026-11-00001", "INV-2026-12-00001"]


def test_an_issued_invoice_keeps_the_buyer_of_that_day(database: Database, account_id: UUID) -> None:
    invoice_id = _draft(database, account_id, "test/1")
    _issue(database, invoice_id)
    with database.transaction() as session:
        session.get_one(Account, account_id).name = "Renamed Ltd"
    with database.transaction() as session:
        buyer = session.get_one(Invoice, invoice_id).buyer
    assert buyer is not None
    assert buyer["name"] == "Ada's Analytics"


def test_an_invoice_is_issued_once_and_a_numbered_one_is_not_dropped(database: Database, account_id: UUID) -> None:
    invoice_id = _draft(database, account_id, "test/1")
    _issue(database, invoice_id)
    with pytest.raises(Rejected, match="cannot go from pending to pending"):
        _issue(database, invoice_id)
    with pytest.raises(Rejected, match="Only a draft"), database.transaction() as session:
        void_draft(session.get_one(Invoice, invoice_id), NOON)


def test_one_cause_has_one_invoice(database: Database, account_id: UUID) -> None:
    _draft(database, account_id, "operation/1")
    with pytest.raises(IntegrityError, match="cause"):
        _draft(database, account_id, "operation/1")


def test_the_database_refuses_totals_that_do_not_add_up(database: Database, account_id: UUID, as_owner: Engine) -> None:
    _draft(database, account_id, "test/1")
    with pytest.raises(IntegrityError, match="total_adds_up"), as_owner.begin() as connection:
        connection.execute(text("UPDATE invoices SET total_minor = total_minor - 1"))


def test_tax_is_looked_up_by_country_and_day(database: Database, account_id: UUID) -> None:
    rates = [("old", 175_000, date(2008, 12, 1), date(2011, 1, 4)), ("VAT", 200_000, date(2011, 1, 4), None)]
    with database.transaction() as session:
        for name, rate_ppm, valid_from, valid_until in rates:
            rate = TaxRate(id=uuid7(), country="GB", name=name, rate_ppm=rate_ppm)
            rate.valid_from, rate.valid_until = valid_from, valid_until
            session.add(rate)
    with database.transaction() as session:
        old = TaxDecision("old", 175_000, TaxReason.RATE_OF_COUNTRY, "GB 2011-01-03")
        new = TaxDecision("VAT", 200_000, TaxReason.RATE_OF_COUNTRY, "GB 2011-01-04")
        assert decide_tax(session, "GB", date(2011, 1, 3)) == old
        assert decide_tax(session, "GB", date(2011, 1, 4)) == new
        assert decide_tax(session, "US", date(2026, 11, 22)) == replace(NO_TAX, evidence="US 2026-11-22")
        invoice = draft_invoice(session, NewInvoice(account_id, "taxed", InvoiceReason.PURCHASE, [ITEM], new))
        assert (invoice.tax_reason, invoice.tax_evidence) == (TaxReason.RATE_OF_COUNTRY, "GB 2011-01-04")
        assert (invoice.subtotal_minor, invoice.tax_minor, invoice.total_minor) == (2_999, 600, 3_599)
        assert invoice.status is InvoiceStatus.DRAFT
