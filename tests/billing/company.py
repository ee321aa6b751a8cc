"""The company's people, who give money back to subscribers, and what stands in the books afterwards."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from billing.clocks.wall import Wall
from billing.credit_notes.tables import CreditNote, CreditNoteReason
from billing.credits.queries import view_balance
from billing.invoices.tables import Invoice
from billing.outcomes.record_outcome import record_outcome
from billing.receipts.tables import Receipt, ReceiptSource
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.credit_invoice import CreditWish, credit_invoice
from billing.refunds.tables import Refund, UsedCredits
from billing.usage.consume import consume_credits
from database.ids import uuid7
from schemas.facts.payments import PaymentStatus
from schemas.views.credits import BalanceView
from tests.billing.purchases import fact, start_purchase
from tests.billing.subscribers import Books

WHY = CreditNoteReason.REQUESTED_BY_CUSTOMER


class Company:
    """Whoever decides about money back, of one account."""

    def __init__(self, books: Books, account_id: UUID, now: datetime) -> None:
        self._database, self._account_id, self.now = books.database, account_id, now

    def sell(self, package: str = "value", more_minor: int = 0) -> None:
        """A package that is paid for on a page, perhaps with too much."""
        request = start_purchase(self._database, self._account_id, self.now, package)
        captured = fact(request, PaymentStatus.CAPTURED, amount_minor=request.amount_minor + more_minor)
        with self._database.transaction() as session:
            record_outcome(session, captured, Wall(self.now))

    def use(self, credits: int) -> int:
        """The customer uses credits; what is left of all."""
        with self._database.transaction() as session:
            return consume_credits(session, self._account_id, credits, f"use/{uuid7()}", "", self.now)

    def refund(self, place: int = 0, amount: int | None = None, used: UsedCredits = UsedCredits.REDUCE) -> int:
        """Give back one of the account's payments, the oldest first; how much goes."""
        refund_id = uuid7()
        captured = select(Receipt.id).where(
            Receipt.account_id == self._account_id, Receipt.source == ReceiptSource.CAPTURE
        )
        with self._database.transaction() as session:
            receipt_id = session.scalars(captured.order_by(Receipt.id)).all()[place]
            wish = RefundWish(receipt_id, amount, WHY, used, "app/x", f"operation/{refund_id}")
            begin_refund(session, refund_id, wish, self.now)
        with self._database.transaction() as session:
            return session.get_one(Refund, refund_id).amount_minor

    def credit(self, place: int = 0, amount: int | None = None, used: UsedCredits = UsedCredits.REDUCE) -> int:
        """Credit one of the account's invoices, the oldest first; how much is kept."""
        issued = select(Invoice.id).where(Invoice.account_id == self._account_id)
        with self._database.transaction() as session:
            invoice_id = session.scalars(issued.order_by(Invoice.id)).all()[place]
            return credit_invoice(
                session, CreditWish(invoice_id, amount, WHY, used, str(uuid7())), self.now
            ).total_minor

    def balance(self) -> BalanceView:
        """Credits, as the API shows them."""
        with self._database.transaction() as session:
            return view_balance(session, self._account_id, self.now)

    def notes(self) -> list[tuple[int, int]]:
        """Net and tax of each credit note."""
        mine = select(CreditNote).where(CreditNote.account_id == self._account_id).order_by(CreditNote.number)
        with self._database.transaction() as session:
            return [(note.subtotal_minor, note.tax_minor) for note in session.scalars(mine)]
