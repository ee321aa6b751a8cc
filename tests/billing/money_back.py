"""A hand that buys, credits and gives back, and hears what a gateway gave back by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.credit_notes.tables import CreditNote, CreditNoteReason
from billing.credits.queries import view_balance
from billing.invoices.tables import InvoiceStatus
from billing.ledger.queries import balances
from billing.outcomes.invoice_voided import invoice_voided
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.record_refund import record_refund
from billing.outcomes.reverse_payment import reverse_payment
from billing.payments.intend_page import intend_page
from billing.payments.start_checkout import thaw
from billing.payments.tables import PaymentAttempt
from billing.receipts.queries import kept_of
from billing.receipts.tables import Receipt, ReceiptSource
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.credit_invoice import CreditWish, credit_invoice
from billing.refunds.tables import Refund, UsedCredits
from billing.usage.consume import consume_credits
from database.ids import uuid7
from schemas.commands.payments import PayInvoice
from schemas.facts.payments import PaymentStatus
from schemas.facts.reversals import DisputeState, RefundState, ReversalFact, ReversalKind, ReversedPaymentFact
from tests.billing.contests import contest_facts
from tests.billing.purchases import fact, start_purchase
from tests.billing.subscribers import Books, answer_of, utc

PAGES = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
REASON = CreditNoteReason.REQUESTED_BY_CUSTOMER
BEGIN = utc("2026-04-01 10:00")
Parts = tuple[int, int, int, str]


def refunded(reference: str, minor: int, refund_id: UUID | None = None, **fields: object) -> ReversalFact:
    """So much of a refund has left its gateway."""
    told = ReversalFact(
        ReversalKind.REFUND, reference, minor, "USD", BEGIN, RefundState.SUCCEEDED, str(refund_id or "")
    )
    return replace(told, **fields)  # type: ignore[arg-type]


def failed(reference: str, refund_id: UUID) -> ReversalFact:
    """A refund of ours gives nothing back after all."""
    return refunded(reference, 0, refund_id, state=RefundState.FAILED)


def disputed(reference: str, minor: int) -> ReversalFact:
    """So much was taken by a dispute."""
    return contest_facts(reference, minor, DisputeState.NEEDS_RESPONSE)[0]


class MoneyBack:
    """What an account's payments, papers and credits are after each step."""

    def __init__(self, books: Books, account_id: UUID, now: datetime = BEGIN) -> None:
        self.books, self.database, self.account_id, self.now = books, books.database, account_id, now

    def buy(self, package: str = "value", paid_minor: int | None = None, currency: str = "USD") -> UUID:
        """A payment, perhaps of something else than was asked for."""
        request = start_purchase(self.database, self.account_id, self.now, package)
        amount = request.amount_minor if paid_minor is None else paid_minor
        with self.database.transaction() as session:
            record_outcome(
                session, fact(request, PaymentStatus.CAPTURED, amount_minor=amount, currency=currency), Wall(self.now)
            )
        return self.payments()[-1].id

    def pay_part(self, minor: int) -> UUID:
        """The charge that waits is captured for so much only."""
        with self.database.transaction() as session:
            attempt = session.scalars(select(PaymentAttempt).order_by(PaymentAttempt.id.desc())).first()
            assert attempt is not None
        with self.database.transaction() as session:
            told = replace(answer_of(attempt, self.now, ""), amount_minor=minor)
            record_outcome(session, told, Wall(self.now))
        return self.payments()[-1].id

    def pay_open(self, place: int = 0) -> None:
        """On a page, what is open of an invoice."""
        self.pay_on_page(place, self.books.invoices(self.account_id)[place].left_minor)

    def pay_on_page(self, place: int, minor: int) -> UUID:
        """The same, perhaps of something else than was open."""
        command = PayInvoice.model_validate({"invoice_id": self.books.invoices(self.account_id)[place].id, **PAGES})
        with self.database.transaction() as session:
            request = thaw(intend_page(session, f"page/{uuid7()}", command, "stripe", Wall(self.now)).request)
        with self.database.transaction() as session:
            told = fact(request, PaymentStatus.CAPTURED, amount_minor=minor)
            record_outcome(session, told, Wall(self.now))
        return self.payments()[-1].id

    def contest(self, payment_id: UUID, state: DisputeState, minor: int, reference: str = "dp_1") -> None:
        """A dispute of so much stands so by now."""
        self.hear(payment_id, *contest_facts(reference, minor, state))

    def ask(self, payment_id: UUID, minor: int | None = None, used: UsedCredits = UsedCredits.FORGIVE) -> UUID:
        """Want so much of a payment back."""
        refund_id = uuid7()
        wish = RefundWish(payment_id, minor, REASON, used, "app/x", f"operation/{refund_id}")
        with self.database.transaction() as session:
            begin_refund(session, refund_id, wish, self.now)
        return refund_id

    def answer(self, refund_id: UUID, told: ReversalFact) -> None:
        """The gateway's answer to our call."""
        with self.database.transaction() as session:
            record_refund(session, refund_id, told, Wall(self.now))

    def hear(self, payment_id: UUID, *told: ReversalFact) -> None:
        """The gateway's webhook."""
        with self.database.transaction() as session:
            self.hear_in(session, payment_id, *told)

    def hear_in(self, session: Session, payment_id: UUID, *told: ReversalFact) -> None:
        """In a transaction of the test's own."""
        payment = session.get_one(Receipt, payment_id)
        reversal = ReversedPaymentFact("stripe", f"ch_{payment_id}", payment.reference, told, "")
        reverse_payment(session, reversal, Wall(self.now))

    def credit(self, place: int = 0, minor: int | None = None, used: UsedCredits = UsedCredits.FORGIVE) -> None:
        """Correct an invoice, and keep its money."""
        wish = CreditWish(self.books.invoices(self.account_id)[place].id, minor, REASON, used, f"note/{uuid7()}")
        with self.database.transaction() as session:
            credit_invoice(session, wish, self.now)

    def credit_voided(self) -> None:
        """What follows on void invoices."""
        for invoice in self.books.invoices(self.account_id):
            if invoice.status is InvoiceStatus.VOID and invoice.number:
                with self.database.transaction() as session:
                    invoice_voided(session, invoice.id, Wall(self.now))

    def use(self, credits: int) -> None:
        """Consume."""
        with self.database.transaction() as session:
            consume_credits(session, self.account_id, credits, f"use/{uuid7()}", "", self.now)

    def payments(self) -> Sequence[Receipt]:
        """In the order in which they came."""
        came = select(Receipt).where(Receipt.account_id == self.account_id, Receipt.source == ReceiptSource.CAPTURE)
        with self.database.transaction() as session:
            return session.scalars(came.order_by(Receipt.id)).all()

    def left(self) -> list[tuple[str, str, int]]:
        """By what money has left, its reference, and how much."""
        found = select(Receipt.source, Receipt.reference, Receipt.amount_minor).where(Receipt.amount_minor < 0)
        with self.database.transaction() as session:
            return [(source.value, reference, -minor) for source, reference, minor in session.execute(found)]

    def parts(self, refund_id: UUID) -> Parts:
        """A refund's amount, what of it was kept, what nobody explains, and its state."""
        with self.database.transaction() as session:
            found = session.get_one(Refund, refund_id)
            return found.amount_minor, found.kept_minor, found.unexplained_minor, found.status.value

    def notes(self) -> list[tuple[int, int, int, int]]:
        """Of each credit note: its total, and what of that was refunded, is kept, was never paid."""
        with self.database.transaction() as session:
            found = session.scalars(select(CreditNote).order_by(CreditNote.number)).all()
            return [(each.total_minor, each.refunded_minor, each.kept_minor, each.unpaid_minor) for each in found]

    def remarks(self) -> list[str]:
        """For what a person is called."""
        with self.database.transaction() as session:
            return list(session.scalars(select(Receipt.remark).where(Receipt.remark != "").order_by(Receipt.id)))

    def kept_minor(self) -> int:
        """Money that is kept."""
        with self.database.transaction() as session:
            return kept_of(session, self.account_id).get("USD", 0)

    def credits(self) -> int:
        """What can be used."""
        with self.database.transaction() as session:
            return view_balance(session, self.account_id, self.now).balance

    def ledger(self) -> dict[str, int]:
        """What is in the ledger's accounts, but for revenue."""
        with self.database.transaction() as session:
            found = {account.value: minor for (account, _, _), minor in balances(session).items() if minor}
        return {name: minor for name, minor in found.items() if name != "deferred_revenue"}
