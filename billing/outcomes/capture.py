"""Money was captured: book it, let it pay its invoice, and do what follows.

A batch is written with one statement per table.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from billing.accounts.tables import GatewayCustomer
from billing.catalog.amount_rules import load_amount_rules
from billing.invoices.buyers import Buyer, load_buyers
from billing.invoices.issue import issue_to, number_all
from billing.invoices.settle import Settlement, settle_invoices
from billing.invoices.tables import OWED, Invoice, InvoiceReason, InvoiceStatus
from billing.invoices.void import void_draft
from billing.ledger.post import Dated, Movement, post_dated
from billing.money import Money
from billing.outcomes.charge_failed import charge_fell_short
from billing.outcomes.invoice_paid import invoices_paid
from billing.payments.tables import AttemptKind, PaymentAttempt
from billing.receipts.carry_over import carry_over
from billing.receipts.queries import booked_among
from billing.receipts.receive import Booked, Received, capture_of, receive, remark_of
from billing.receipts.write import write_receipts
from billing.top_ups.follow_payment import top_up_failed
from database.rows import insert_unless_known
from database.update import update_rows
from schemas.facts.payments import PaymentFact

# what being paid changes of an invoice
WRITTEN = ("status", "number", "buyer", "issued_at", "due_at", "paid_at", "carried_over_minor", "allocated_minor")
# why a purchase stops that was paid with another amount than it costs
OTHER_AMOUNT = "other_amount"


class Capture(NamedTuple):
    """A payment that was captured, when the money came, and the account's own time now."""

    attempt: PaymentAttempt
    invoice: Invoice
    fact: PaymentFact
    paid_at: datetime
    now: datetime

    @property
    def amount(self) -> Money:
        """What really came, whatever was asked for."""
        return Money(self.fact.amount_minor, self.fact.currency)

    @property
    def received(self) -> Received:
        """The money as a receipt."""
        attempt, reference = self.attempt, self.fact.payment_ref
        came = capture_of(attempt.account_id, attempt.id, attempt.gateway, reference, self.amount, self.paid_at)
        return replace(came, card=self.fact.card)


def capture_all(session: Session, captures: Sequence[Capture]) -> None:
    """Book captures whose attempts and invoices the caller has locked and whose attempts are written.

    What was issued before comes first: what follows from it asks the database which invoices are open. Drafts come
    last, and at their end the month's counter, which everybody else who issues waits for.
    """
    new = _not_booked(session, captures)
    _remember_customers(session, new)
    drafts = [capture for capture in new if capture.invoice.status is InvoiceStatus.DRAFT]
    _book_issued(session, [capture for capture in new if capture.invoice.status is not InvoiceStatus.DRAFT])
    _book_kept(session, [capture for capture in drafts if not _is_covered(capture)])
    _book_purchases(session, [capture for capture in drafts if _is_covered(capture)])


def _not_booked(session: Session, captures: Sequence[Capture]) -> list[Capture]:
    """A payment that is a receipt already is not booked again, whichever attempt it was heard of for."""
    references = {(each.attempt.gateway, each.fact.payment_ref) for each in captures if each.fact.payment_ref}
    booked = booked_among(session, references)
    new = {_identity(each): each for each in captures if (each.attempt.gateway, each.fact.payment_ref) not in booked}
    return list(new.values())


def _identity(capture: Capture) -> tuple[str, str]:
    """What makes two captures the same money; the same news may come twice in a batch."""
    return capture.attempt.gateway, capture.fact.payment_ref or str(capture.attempt.id)


def _remember_customers(session: Session, captures: Sequence[Capture]) -> None:
    rows = [
        {"account_id": attempt.account_id, "gateway": attempt.gateway, "customer_ref": fact.customer_ref}
        for attempt, _, fact, _, _ in captures
        if fact.customer_ref and fact.customer_ref != attempt.request.get("customer_ref")
    ]
    if rows:
        insert_unless_known(session, GatewayCustomer, *rows)


def _book_issued(session: Session, captures: Sequence[Capture]) -> None:
    if not captures:
        return
    booked = [receive(capture.received, capture.invoice) for capture in captures]
    settlements = _settle(session, captures, booked, _carry_over(session, captures))
    update_rows(session, _invoices(captures), WRITTEN)
    invoices_paid(session, settlements)
    for attempt, invoice, _, _, now in captures:
        if attempt.kind is AttemptKind.CHARGE and invoice.status is InvoiceStatus.PENDING:
            charge_fell_short(session, invoice, attempt, now)


def _carry_over(session: Session, captures: Sequence[Capture]) -> list[Dated]:
    """What is left to pay and too small to be charged: each gateway has a least charge of its own."""
    short = [capture for capture in captures if capture.invoice.status in OWED and capture.invoice.left_minor]
    if not short:
        return []
    amounts, rests = load_amount_rules(session), []
    for attempt, invoice, _, _, now in {capture.invoice.id: capture for capture in short}.values():
        left = Money(invoice.left_minor, invoice.currency)
        if left.minor < amounts.of(attempt.gateway, left.currency).least:
            rests.append((carry_over(session, invoice, left, now), now))
    return rests


def _book_purchases(session: Session, captures: Sequence[Capture]) -> None:
    """A purchase is issued when it is paid."""
    if not captures:
        return
    buyers = load_buyers(session, {capture.invoice.account_id for capture in captures})
    owed = [(_issue(capture, buyers[capture.invoice.account_id]), capture.now) for capture in captures]
    booked = [receive(capture.received, capture.invoice) for capture in captures]
    invoices_paid(session, _settle(session, captures, booked, owed))
    invoices = _invoices(captures)
    number_all(session, invoices)
    update_rows(session, invoices, WRITTEN)


def _book_kept(session: Session, captures: Sequence[Capture]) -> None:
    """A purchase that was not paid in full did not happen; the money is kept for the account."""
    if not captures:
        return
    booked = [receive(each.received, None, remark=remark_of(each.amount, each.invoice)) for each in captures]
    for capture in captures:
        if capture.invoice.reason is InvoiceReason.TOP_UP:
            top_up_failed(session, capture.invoice, OTHER_AMOUNT, capture.now)
        else:
            void_draft(capture.invoice, capture.now)
    _settle(session, captures, booked, [])
    session.flush()


def _settle(
    session: Session, captures: Sequence[Capture], booked: Sequence[Booked], owed: Sequence[Dated]
) -> list[Settlement]:
    """Post and write what came, and settle what it covers."""
    moved = [(each.movement, capture.now) for each, capture in zip(booked, captures, strict=True)]
    post_dated(session, [*owed, *moved])
    write_receipts(session, booked)
    covered = {
        invoice.id: Settlement(invoice, paid_at, now)
        for _, invoice, _, paid_at, now in captures
        if invoice.status in OWED and not invoice.left_minor
    }
    settle_invoices(session, list(covered.values()))
    return list(covered.values())


def _issue(capture: Capture, buyer: Buyer) -> Movement:
    return issue_to(capture.invoice, buyer, capture.now, capture.now)


def _is_covered(capture: Capture) -> bool:
    invoice, amount = capture.invoice, capture.amount
    return amount.currency == invoice.currency and amount.minor >= invoice.total_minor


def _invoices(captures: Sequence[Capture]) -> list[Invoice]:
    """Each once: one may have been paid twice."""
    return list({capture.invoice.id: capture.invoice for capture in captures}.values())
