"""Written alone, with hundreds of others, or after a gateway's: the same lines are the same rows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.gateway_run.mirror_invoice import mirror_invoice
from billing.gateway_run.mirror_lines import mirrored_lines
from billing.invoices.buyers import buyer_of
from billing.invoices.compose import Issue, NewInvoice, compose_invoice, issued
from billing.invoices.draft import draft_invoice
from billing.invoices.issue import (
    issue_invoice,
    month_of_issue,
    number_invoice,
    owed_movement,
    take_numbers,
)
from billing.invoices.rules import LineDraft
from billing.invoices.tables import Invoice, InvoiceLine, InvoiceReason, LineKind
from billing.ledger.post import post
from billing.money import Money
from billing.periods import Period
from billing.subscriptions.queries import get_subscription
from billing.tax.decision import NO_TAX, TaxDecision, TaxReason
from database.copy import copy_rows
from database.engine import Database
from database.ids import uuid7
from schemas.facts.invoices import GatewayLineFact
from tests.billing.conftest import NOON
from tests.billing.gateway_facts import FEBRUARY_14, JANUARY_31, GatewayRun, invoice_of, line

# by which an invoice is this one and no other; everything else has to be the same
OWN = {"id", "invoice_id", "number", "cause", "invoice_ref", "tax_evidence", "created_at", "pay_secret"}
MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

decisions = st.sampled_from(
    [
        NO_TAX,
        TaxDecision("VAT", 200_000, TaxReason.RATE_OF_COUNTRY, "AT 2026-11-22"),
        TaxDecision("VAT", 190_000, TaxReason.AS_CHARGED, "in/1"),
    ]
)
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
periods = st.one_of(st.none(), st.integers(1, 40).map(lambda days: Period(NOON, NOON + timedelta(days=days))))


@st.composite
def lines(draw: st.DrawFn) -> LineDraft:
    """Any line that a rule could write, with or without a rate, a period and credits of its own."""
    period, credits = draw(periods), draw(st.integers(0, 5_000))
    return LineDraft(
        draw(texts),
        draw(st.integers(1, 9)),
        Money(draw(st.integers(0, 900_000)), "EUR"),
        credits=credits,
        credits_expire_at=period.end if period and credits else None,
        kind=draw(st.sampled_from([LineKind.CHARGE, LineKind.DISCOUNT])),
        period=period,
        tax=draw(st.one_of(st.none(), decisions)),
    )


@st.composite
def gateway_lines(draw: st.DrawFn) -> GatewayLineFact:
    """A line as a gateway may write one, with its tax in it."""
    return line(
        draw(st.integers(1, 900_000)),
        draw(st.sampled_from(["price_starter", "price_unknown", ""])),
        description=draw(texts),
        tax_minor=draw(st.integers(0, 90_000)),
        period_start=draw(st.sampled_from([JANUARY_31, FEBRUARY_14])),
    )


@MANY
@given(st.lists(lines(), min_size=1, max_size=6), decisions)
def test_alone_and_in_bulk(database: Database, account_id: UUID, of_invoice: list[LineDraft], tax: TaxDecision) -> None:
    new = NewInvoice(account_id, f"test/{uuid7()}", InvoiceReason.RENEWAL, of_invoice, tax)
    with database.transaction() as session:
        alone = _write_alone(session, new)
        (in_bulk,) = _write_in_bulk(session, [replace(new, cause=f"test/{uuid7()}")])
        assert _rows(session, alone) == _rows(session, in_bulk)


def test_after_a_gateways(database: Database, account_id: UUID) -> None:
    run = GatewayRun(database, account_id)
    run.hear(run.fact())

    @MANY
    @given(st.lists(gateway_lines(), min_size=1, max_size=5))
    def of_any_lines(of_invoice: list[GatewayLineFact]) -> None:
        fact = invoice_of(*of_invoice, ref=f"in_{uuid7()}", status="open")
        with database.transaction() as session:
            mirrored = mirror_invoice(session, fact, JANUARY_31)
            assert mirrored is not None
            ours = NewInvoice(
                account_id,
                f"test/{uuid7()}",
                InvoiceReason.START,
                mirrored_lines(session, get_subscription(session, run.id), fact),
                TaxDecision("", 0, TaxReason.AS_BILLED),
                subscription_id=run.id,
                gateway="stripe",
            )
            alone = _write_alone(session, ours)
            (in_bulk,) = _write_in_bulk(session, [replace(ours, cause=f"test/{uuid7()}")])
            assert _rows(session, mirrored) == _rows(session, alone) == _rows(session, in_bulk)

    of_any_lines()


def _write_alone(session: Session, new: NewInvoice) -> UUID:
    invoice = draft_invoice(session, new)
    post(session, [issue_invoice(session, invoice, JANUARY_31, JANUARY_31)], JANUARY_31)
    number_invoice(session, invoice)
    session.flush()
    return invoice.id


def _write_in_bulk(session: Session, news: Sequence[NewInvoice]) -> list[UUID]:
    composed = [compose_invoice(uuid7(), new) for new in news]
    numbers = take_numbers(session, month_of_issue(JANUARY_31), len(news))
    rows = []
    for new, each, number in zip(news, composed, numbers, strict=True):
        buyer = buyer_of(get_account(session, new.account_id))
        nothing = Money(0, each.totals.total.currency)
        rows.append(issued(each, Issue(number, buyer, JANUARY_31, JANUARY_31, nothing, nothing)))
    copy_rows(session, Invoice, rows)
    copy_rows(session, InvoiceLine, [row for each in composed for row in each.lines])
    owed = [
        owed_movement(each.invoice["id"], new.account_id, each.totals.subtotal, each.totals.tax)
        for new, each in zip(news, composed, strict=True)
    ]
    post(session, owed, JANUARY_31)
    return [row["id"] for row in rows]


def _rows(session: Session, invoice_id: UUID) -> list[dict[str, Any]]:
    """The invoice and its lines as the database has them, without what is its own."""
    session.expire_all()
    of_invoice = select(InvoiceLine.__table__).where(InvoiceLine.invoice_id == invoice_id)
    invoice = session.execute(select(Invoice.__table__).where(Invoice.id == invoice_id)).mappings().one()
    found = session.execute(of_invoice.order_by(InvoiceLine.position)).mappings().all()
    return [{name: value for name, value in row.items() if name not in OWN} for row in (invoice, *found)]
