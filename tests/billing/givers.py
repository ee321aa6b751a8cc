"""A gateway in a few lines and a customer who buys and gets money back, for stories of random order."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from billing.accounts.open import open_account
from billing.accounts.queries import lock_account
from billing.clocks.wall import Wall
from billing.credit_notes.tables import CreditNoteReason
from billing.credits.queries import view_balance
from billing.errors import Rejected
from billing.invoices.tables import Invoice
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.record_refund import record_refund
from billing.outcomes.reverse_payment import reverse_payment
from billing.receipts.queries import kept_of
from billing.receipts.tables import Receipt, ReceiptSource
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.credit_invoice import CreditWish, credit_invoice
from billing.refunds.tables import Refund, RefundStatus, UsedCredits
from billing.usage.consume import consume_credits
from database.engine import Database
from database.ids import uuid7
from schemas.facts.payments import PaymentStatus
from schemas.facts.reversals import RefundState, ReversalFact, ReversalKind, ReversedPaymentFact
from tests.billing.conftest import ADA, NOON
from tests.billing.purchases import fact, start_purchase

REASON = CreditNoteReason.REQUESTED_BY_CUSTOMER
WALL = Wall(NOON)


@dataclass
class Paid:
    """A payment at the gateway, with what was given back of it there."""

    attempt_id: str
    amount_minor: int
    back: dict[str, ReversalFact]

    @property
    def left_minor(self) -> int:
        return self.amount_minor - sum(each.left_minor for each in self.back.values())


class Customer:
    """An account and its gateway. Whatever is refused changes nothing."""

    def __init__(self, database: Database, used: UsedCredits) -> None:
        self._database, self._used = database, used
        self.payments: list[Paid] = []
        self.used = 0
        with database.transaction() as session:
            self.account_id = open_account(session, uuid7(), ADA)

    def buy(self, package: str, more_minor: int = 0) -> None:
        """What is paid may be more than was asked for."""
        request = start_purchase(self._database, self.account_id, NOON, package)
        amount = request.amount_minor + more_minor
        with self._database.transaction() as session:
            record_outcome(session, fact(request, PaymentStatus.CAPTURED, amount_minor=amount), WALL)
        self.payments.append(Paid(request.attempt_id, amount, {}))

    def ask(self, place: int, share: float | None) -> None:
        """Want a share of a payment back."""
        if not self.payments:
            return
        paid = self.payments[place % len(self.payments)]
        amount = None if share is None else max(1, int(paid.amount_minor * share))

        def act(session: Session) -> None:
            receipt_id = session.scalars(
                select(Receipt.id).where(
                    Receipt.attempt_id == UUID(paid.attempt_id), Receipt.source == ReceiptSource.CAPTURE
                )
            ).one()
            refund_id = uuid7()
            wish = RefundWish(receipt_id, amount, REASON, self._used, "app/x", f"operation/{refund_id}")
            begin_refund(session, refund_id, wish, NOON)

        self._try(act)

    def answer(self, is_refused: bool) -> None:
        """The gateway gives back, or not, what it was asked for first."""
        with self._database.transaction() as session:
            waiting = session.scalars(self._waiting()).first()
            if waiting is None:
                return
            refund_id, amount = waiting.id, waiting.amount_minor
            attempt_id = str(session.get_one(Receipt, waiting.receipt_id).attempt_id)
        paid = next(each for each in self.payments if each.attempt_id == attempt_id)
        if is_refused or amount > paid.left_minor:
            answered = _refund("", 0, RefundState.FAILED, str(refund_id))
        else:
            answered = _refund(f"re_{refund_id}", amount, RefundState.SUCCEEDED, str(refund_id))
            paid.back[answered.reversal_ref] = answered
        with self._database.transaction() as session:
            record_refund(session, refund_id, answered, WALL)

    def give_back_there(self, place: int, share: float) -> None:
        """In the gateway's dashboard."""
        if self.payments:
            paid = self.payments[place % len(self.payments)]
            amount = int(paid.left_minor * share)
            if amount:
                reference = f"re_{uuid7()}"
                paid.back[reference] = _refund(reference, amount, RefundState.SUCCEEDED)
                self._hear(paid)

    def send_back(self, place: int) -> None:
        """The customer's bank does not take it."""
        for paid in self.payments:
            if paid.back:
                reference = sorted(paid.back)[place % len(paid.back)]
                failed = replace(paid.back[reference], left_minor=0, state=RefundState.FAILED)
                paid.back[reference] = failed
                self._hear(paid)
                return

    def credit(self, place: int, share: float) -> None:
        """Correct an invoice, and keep the money for the customer."""

        def act(session: Session) -> None:
            found = session.scalars(select(Invoice).where(Invoice.account_id == self.account_id)).all()
            if found:
                invoice = found[place % len(found)]
                amount = max(1, int(invoice.total_minor * share))
                credit_invoice(session, CreditWish(invoice.id, amount, REASON, self._used, f"note/{uuid7()}"), NOON)

        self._try(act)

    def may_owe(self, credits: int) -> None:
        """So many credits, at most."""
        with self._database.transaction() as session:
            lock_account(session, self.account_id).credit_debt_max = credits

    def use(self, share: float) -> None:
        """Consume credits."""
        amount = int(self.balance() * share)
        if amount > 0:
            with self._database.transaction() as session:
                consume_credits(session, self.account_id, amount, f"use/{uuid7()}", "", NOON)
            self.used += amount

    def settle(self) -> None:
        """Until the gateway has answered all."""
        while self._is_waiting():
            self.answer(False)

    def balance(self) -> int:
        """Credits that can be used."""
        with self._database.transaction() as session:
            return view_balance(session, self.account_id, NOON).balance

    def kept_minor(self) -> int:
        """Money that is kept."""
        with self._database.transaction() as session:
            return kept_of(session, self.account_id).get("USD", 0)

    def _hear(self, paid: Paid) -> None:
        told = ReversedPaymentFact(
            "stripe", f"ch_{paid.attempt_id}", f"pi_{paid.attempt_id}", tuple(paid.back.values()), paid.attempt_id
        )
        with self._database.transaction() as session:
            reverse_payment(session, told, WALL)

    def _is_waiting(self) -> bool:
        with self._database.transaction() as session:
            return session.scalars(self._waiting()).first() is not None

    def _waiting(self) -> Select[Refund]:
        mine = select(Refund).where(Refund.account_id == self.account_id, Refund.status == RefundStatus.CREATED)
        return mine.order_by(Refund.id)

    def _try(self, act: Callable[[Session], None]) -> None:
        with contextlib.suppress(Rejected), self._database.transaction() as session:
            act(session)


def _refund(reference: str, left_minor: int, state: RefundState, refund_id: str = "") -> ReversalFact:
    return ReversalFact(ReversalKind.REFUND, reference, left_minor, "USD", NOON, state, refund_id)
