"""A customer who pays past every gateway, and the people who look into the bank account."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from billing.credit_notes.tables import CreditNoteReason
from billing.credits.queries import view_balance
from billing.invoices.queries import get_invoice
from billing.invoices.tables import Invoice
from billing.manual_payments.order_package import order_package
from billing.manual_payments.queries import get_claim, show_claim
from billing.manual_payments.reference import reference_of
from billing.manual_payments.reject import reject_claim
from billing.manual_payments.rules import Approval
from billing.manual_payments.set_limit import set_limit
from billing.manual_payments.submit import Claimed, submit_claim
from billing.manual_payments.tables import PaymentClaim
from billing.money import Money
from billing.outcomes.approve_payment import approve_payment
from billing.payment_methods.tables import ManualMethod
from billing.receipts.queries import NEEDS_A_LOOK, kept_of
from billing.receipts.tables import Receipt, ReceiptSource
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.tables import UsedCredits
from database.engine import Database
from database.ids import uuid7
from tests.billing.subscribers import utc

NOON = utc("2026-11-22 12:00")
TODAY = NOON.date()


@dataclass
class Payer:
    """An account without a card."""

    database: Database
    account_id: UUID

    def order(self, now: datetime = NOON, method: ManualMethod = ManualMethod.BANK_TRANSFER) -> UUID:
        """Two thousand credits for 29.99 USD."""
        with self.database.transaction() as session:
            return order_package(session, self.account_id, "value", method, f"operation/{uuid7()}", now).id

    def claim(
        self,
        invoice_id: UUID,
        minor: int,
        currency: str = "USD",
        *,
        paid_on: date = TODAY,
        paid_as: str = "",
        now: datetime = NOON,
    ) -> UUID:
        """The customer says that so much is on its way."""
        claim_id, amount = uuid7(), Money(minor, currency)
        of_bank = ManualMethod.BANK_TRANSFER
        claimed = Claimed(invoice_id, of_bank, amount, paid_on, "product", f"operation/{claim_id}", paid_as)
        with self.database.transaction() as session:
            submit_claim(session, claim_id, claimed, now)
        return claim_id

    def shown(self, claim_id: UUID) -> str:
        """The fingerprint of what whoever looks at the claim now is shown."""
        with self.database.transaction() as session:
            return show_claim(session, claim_id).fingerprint

    def approve(self, claim_id: UUID, by: str = "mo", seen: str = "", now: datetime = NOON) -> str:
        """Where the claim stands then. Without `seen` they look a moment before."""
        seen = seen or self.shown(claim_id)
        with self.database.transaction() as session:
            return str(approve_payment(session, claim_id, Approval(by, seen), now).status)

    def reject(self, claim_id: UUID, reason: str = "Nothing came", by: str = "mo") -> None:
        with self.database.transaction() as session:
            reject_claim(session, claim_id, reason, by, NOON)

    def limit(self, minor: int, currency: str = "USD") -> None:
        with self.database.transaction() as session:
            set_limit(session, Money(minor, currency))

    def pay(self, invoice_id: UUID, minor: int, currency: str = "USD", now: datetime = NOON) -> UUID:
        """Claimed and approved."""
        claim_id = self.claim(invoice_id, minor, currency, paid_on=now.date(), now=now)
        self.approve(claim_id, now=now)
        return claim_id

    def pay_back(self, claim_id: UUID, minor: int) -> UUID:
        """So much of what was approved by a claim was paid out."""
        refund_id, receipt_id = uuid7(), self.row(claim_id).receipt_id
        assert receipt_id
        why, used = CreditNoteReason.REQUESTED_BY_CUSTOMER, UsedCredits.FORGIVE
        wish = RefundWish(receipt_id, minor, why, used, "operator/mo", f"refund/{refund_id}", paid_out_on=TODAY)
        with self.database.transaction() as session:
            return begin_refund(session, refund_id, wish, NOON).id

    def reference(self, invoice_id: UUID) -> str:
        """Which the payer has to write."""
        return reference_of(self.invoice(invoice_id).number or "")

    def invoice(self, invoice_id: UUID) -> Invoice:
        with self.database.transaction() as session:
            return get_invoice(session, invoice_id)

    def row(self, claim_id: UUID) -> PaymentClaim:
        with self.database.transaction() as session:
            return get_claim(session, claim_id)

    def receipts(self) -> list[tuple[int, str, int, str]]:
        """Amount, currency, what of it pays invoices, and why a person should look at it, of what came."""
        came = select(Receipt).where(Receipt.source == ReceiptSource.CAPTURE).order_by(Receipt.id)
        with self.database.transaction() as session:
            found = session.scalars(came).all()
        return [(each.amount_minor, each.currency, each.allocated_minor, str(each.remark)) for each in found]

    def calls(self) -> list[str]:
        """Why people are called, of what nobody has looked at yet."""
        found = select(Receipt.remark).where(*NEEDS_A_LOOK).order_by(Receipt.id)
        with self.database.transaction() as session:
            return [str(remark) for remark in session.scalars(found)]

    def credits(self) -> int:
        with self.database.transaction() as session:
            return view_balance(session, self.account_id, NOON).balance

    def kept(self) -> dict[str, int]:
        with self.database.transaction() as session:
            return kept_of(session, self.account_id)
