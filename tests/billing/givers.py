"""A gateway in a few lines and a customer of it, who buys, subscribes, contests and gets money back, in any order."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.clocks.wall import Wall
from billing.credit_notes.tables import CreditNoteReason
from billing.credits.queries import view_balance
from billing.errors import Rejected
from billing.invoices.tables import OWED, Invoice, InvoiceStatus
from billing.outcomes.invoice_voided import invoice_voided
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.record_refund import record_refund
from billing.outcomes.reverse_payment import reverse_payment
from billing.payments.intend_page import intend_page
from billing.payments.start_checkout import thaw
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from billing.receipts.queries import kept_of
from billing.receipts.tables import Receipt, ReceiptSource
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.credit_invoice import CreditWish, credit_invoice
from billing.refunds.tables import Refund, RefundStatus, UsedCredits
from billing.usage.consume import consume_credits
from database.ids import uuid7
from schemas.commands.payments import PayInvoice
from schemas.facts.payments import PaymentFact, PaymentStatus
from schemas.facts.reversals import DisputeState, RefundState, ReversalFact, ReversalKind, ReversedPaymentFact
from tests.billing.contests import contest_facts
from tests.billing.purchases import fact, start_purchase
from tests.billing.subscribers import Books, answer_of

REASON = CreditNoteReason.REQUESTED_BY_CUSTOMER
PAGES = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
# by name: a month's price, and its credits; one of them sells none
PLANS = {"small": (1_000, 100), "large": (3_000, 300), "plain": (2_000, 0)}
INQUIRIES = frozenset({DisputeState.INQUIRY, DisputeState.INQUIRY_CLOSED})
TAKES = frozenset({DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW, DisputeState.LOST})
# what a bank may say next; after a decision it may decide anew
NEXT = {
    DisputeState.INQUIRY: (DisputeState.INQUIRY_CLOSED, DisputeState.NEEDS_RESPONSE),
    DisputeState.INQUIRY_CLOSED: (DisputeState.NEEDS_RESPONSE,),
    DisputeState.NEEDS_RESPONSE: (DisputeState.UNDER_REVIEW, DisputeState.WON, DisputeState.LOST),
    DisputeState.UNDER_REVIEW: (DisputeState.WON, DisputeState.LOST),
    DisputeState.WON: (DisputeState.NEEDS_RESPONSE, DisputeState.LOST),
    DisputeState.LOST: (DisputeState.WON,),
}
FEE = 100
CREDITS_OWED_MAX = 1_000_000

# The longest of these lives is over by now: by the clock on the wall the books ask whether credits have expired.
BEGINNING = datetime(2025, 1, 22, 12, tzinfo=UTC)


@dataclass
class Paid:
    """A payment at the gateway, with what has left of it there."""

    attempt_id: str
    payment_ref: str
    amount_minor: int
    back: dict[str, ReversalFact] = field(default_factory=dict)

    @property
    def left_minor(self) -> int:
        """Of the payment itself; what the gateway takes for disputes is apart."""
        return self.amount_minor - sum(each.left_minor for each in self._of(is_fee=False))

    @property
    def fees_minor(self) -> int:
        return sum(each.left_minor for each in self._of(is_fee=True))

    def disputes(self) -> list[ReversalFact]:
        return [each for each in self.back.values() if each.kind is ReversalKind.DISPUTE]

    def _of(self, *, is_fee: bool) -> Iterator[ReversalFact]:
        return (each for each in self.back.values() if (each.kind is ReversalKind.DISPUTE_FEE) is is_fee)


class Customer:
    """An account and its gateway. Whatever is refused changes nothing."""

    def __init__(self, books: Books, used: UsedCredits) -> None:
        self.books, self.database, self._used = books, books.database, used
        self.now = BEGINNING
        self.payments: list[Paid] = []
        self.used = 0
        self.account_id = books.open(country="GB")
        books.give_card(self.account_id, BEGINNING)
        with books.database.transaction() as session:
            lock_account(session, self.account_id).credit_debt_max = CREDITS_OWED_MAX
        self._subscription_id: UUID | None = None

    # what is bought

    def buy(self, package: str, more_minor: int = 0) -> None:
        """What is paid may be more than was asked for."""
        request = start_purchase(self.database, self.account_id, self.now, package)
        self._pay(fact(request, PaymentStatus.CAPTURED, amount_minor=request.amount_minor + more_minor))

    def subscribe(self, plan: str) -> None:
        """Once; the card is charged for it."""
        if self._subscription_id is None:
            self._subscription_id = self.books.subscribe(self.account_id, self.now, plan)
            self._charge()

    def change(self, plan: str, when: str) -> None:
        """To another plan, at once or at the end of the period."""
        subscription_id = self._subscription_id
        if subscription_id is not None:
            self._try(lambda _: self.books.change(subscription_id, plan, self.now, when=when))
            self._charge()

    def wait(self, days: int) -> None:
        """The calendar goes on, and charges what falls due."""
        self.now += timedelta(days=days)
        self.books.catch_up(self.now)
        self._charge()

    def use(self, share: float) -> None:
        """Consume credits."""
        amount = int(self.balance() * share)
        if amount > 0:
            with self.database.transaction() as session:
                consume_credits(session, self.account_id, amount, f"use/{uuid7()}", "", self.now)
            self.used += amount

    def pay_owed(self) -> None:
        """On a page, what was charged back."""
        for invoice in self.invoices():
            if invoice.status is InvoiceStatus.UNCOLLECTIBLE and invoice.left_minor >= 50:
                command = PayInvoice.model_validate({"invoice_id": invoice.id, **PAGES})
                with self.database.transaction() as session:
                    request = thaw(intend_page(session, f"page/{uuid7()}", command, "stripe", Wall(self.now)).request)
                self._pay(fact(request, PaymentStatus.CAPTURED, amount_minor=request.amount_minor))

    # what goes back

    def ask(self, place: int, share: float | None) -> None:
        """Want a share of a payment back."""
        if not self.payments:
            return
        paid = self._payment(place)
        amount = None if share is None else max(1, int(paid.amount_minor * share))

        def act(session: Session) -> None:
            receipt_id = session.scalars(
                select(Receipt.id).where(Receipt.reference == paid.payment_ref, Receipt.source == ReceiptSource.CAPTURE)
            ).one()
            refund_id = uuid7()
            wish = RefundWish(receipt_id, amount, REASON, self._used, "app/x", f"operation/{refund_id}")
            begin_refund(session, refund_id, wish, self.now)

        self._try(act)

    def answer(self, is_refused: bool) -> None:
        """The gateway gives back, or not, what it was asked for first."""
        with self.database.transaction() as session:
            waiting = session.scalars(self._waiting()).first()
            if waiting is None:
                return
            refund_id, amount = waiting.id, waiting.amount_minor
            reference = session.get_one(Receipt, waiting.receipt_id).reference
        paid = next(each for each in self.payments if each.payment_ref == reference)
        if is_refused or amount > paid.left_minor:
            answered = _refund("", 0, RefundState.FAILED, str(refund_id))
        else:
            answered = _refund(f"re_{refund_id}", amount, RefundState.SUCCEEDED, str(refund_id))
            paid.back[answered.reversal_ref] = answered
        with self.database.transaction() as session:
            record_refund(session, refund_id, answered, Wall(self.now))

    def give_back_there(self, place: int, share: float) -> None:
        """In the gateway's dashboard."""
        if self.payments:
            paid = self._payment(place)
            amount = int(paid.left_minor * share)
            if amount > 0:
                reference = f"re_{uuid7()}"
                paid.back[reference] = _refund(reference, amount, RefundState.SUCCEEDED)
                self._hear(paid)

    def send_back(self, place: int) -> None:
        """The customer's bank does not take a refund."""
        sent = [
            (paid, each) for paid in self.payments for each in paid.back.values() if each.kind is ReversalKind.REFUND
        ]
        if sent:
            paid, refund = sent[place % len(sent)]
            paid.back[refund.reversal_ref] = replace(refund, left_minor=0, state=RefundState.FAILED)
            self._hear(paid)

    def credit(self, place: int, share: float) -> None:
        """Correct an invoice, and keep the money for the customer."""
        found = self.invoices()
        if found:
            invoice = found[place % len(found)]
            amount = max(1, int(invoice.total_minor * share))
            wish = CreditWish(invoice.id, amount, REASON, self._used, f"note/{uuid7()}")
            self._try(lambda session: credit_invoice(session, wish, self.now))

    # what is contested: the gateway knows it, and the books do when they hear

    def dispute(self, place: int, share: float, state: DisputeState, parts: int) -> None:
        """So much of what is left of a payment, in parts; a bank may have decided before anybody hears of it."""
        for _ in range(parts if self.payments else 0):
            paid = self._payment(place)
            amount = int(paid.left_minor * share / parts)
            if amount > 0:
                _contest(paid, f"dp_{uuid7()}", amount, state)

    def decide(self, place: int, step: int) -> None:
        """What the bank says next of a dispute; it takes no more than is left."""
        told = [(paid, each) for paid in self.payments for each in paid.disputes()]
        if told:
            paid, dispute = told[place % len(told)]
            assert dispute.contest is not None
            steps, amount = NEXT[dispute.contest.state], dispute.contest.amount_minor
            after = steps[step % len(steps)]
            if after not in TAKES or dispute.left_minor or amount <= paid.left_minor:
                _contest(paid, dispute.reversal_ref, amount, after)

    def decide_all(self, step: int) -> None:
        """Of every dispute, before the books hear of any."""
        for place in range(sum(len(paid.disputes()) for paid in self.payments)):
            self.decide(place, step)

    def hear(self, place: int) -> None:
        """All that is known of a payment by now."""
        if self.payments:
            self._hear(self._payment(place))

    def hear_all(self) -> None:
        """Of every payment."""
        for paid in self.payments:
            self._hear(paid)

    def win_all(self) -> None:
        """Every dispute."""
        for paid in self.payments:
            for dispute in paid.disputes():
                assert dispute.contest is not None
                if dispute.contest.state not in INQUIRIES:
                    _contest(paid, dispute.reversal_ref, dispute.contest.amount_minor, DisputeState.WON)

    # how it stands

    def settle(self) -> None:
        """Until the gateway has answered all, and every paper is written."""
        while self._is_waiting():
            self.answer(False)
        self._write_papers()

    def _write_papers(self) -> None:
        for invoice in self.invoices():
            if invoice.status is InvoiceStatus.VOID and invoice.number:
                with self.database.transaction() as session:
                    invoice_voided(session, invoice.id, Wall(self.now))

    def is_contested(self) -> bool:
        """Whether a bank has money and has not decided."""
        states = [each.contest.state for paid in self.payments for each in paid.disputes() if each.contest]
        return bool({DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW} & set(states))

    def invoices(self) -> list[Invoice]:
        """In the order in which they were written."""
        return list(self.books.invoices(self.account_id))

    def owed_minor(self) -> int:
        """What invoices ask for."""
        return sum(each.left_minor for each in self.invoices() if each.status in OWED)

    def balance(self) -> int:
        """Credits that can be used."""
        with self.database.transaction() as session:
            return view_balance(session, self.account_id, self.now).balance

    def kept_minor(self) -> int:
        """Money that is kept."""
        with self.database.transaction() as session:
            return kept_of(session, self.account_id).get("USD", 0)

    def _charge(self) -> None:
        """The gateway captures every charge that was begun."""
        begun = select(PaymentAttempt).where(
            PaymentAttempt.account_id == self.account_id,
            PaymentAttempt.kind == AttemptKind.CHARGE,
            PaymentAttempt.status == AttemptStatus.CREATED,
        )
        with self.database.transaction() as session:
            attempts = session.scalars(begun.order_by(PaymentAttempt.id)).all()
        for attempt in attempts:
            self._pay(answer_of(attempt, self.now, ""))

    def _pay(self, captured: PaymentFact) -> None:
        with self.database.transaction() as session:
            record_outcome(session, captured, Wall(self.now))
        self.payments.append(Paid(captured.attempt_id, captured.payment_ref, captured.amount_minor))

    def _payment(self, place: int) -> Paid:
        return self.payments[place % len(self.payments)]

    def _hear(self, paid: Paid) -> None:
        told = ReversedPaymentFact(
            "stripe", f"ch_{paid.payment_ref}", paid.payment_ref, tuple(paid.back.values()), paid.attempt_id
        )
        with self.database.transaction() as session:
            reverse_payment(session, told, Wall(self.now))

    def _is_waiting(self) -> bool:
        with self.database.transaction() as session:
            return session.scalars(self._waiting()).first() is not None

    def _waiting(self) -> Select[Refund]:
        mine = select(Refund).where(Refund.account_id == self.account_id, Refund.status == RefundStatus.CREATED)
        return mine.order_by(Refund.id)

    def _try(self, act: Callable[[Session], object]) -> None:
        with contextlib.suppress(Rejected), self.database.transaction() as session:
            act(session)


def _contest(paid: Paid, reference: str, amount: int, state: DisputeState) -> None:
    dispute, fee = contest_facts(reference, amount, state, fee_minor=0 if state in INQUIRIES else FEE)
    paid.back |= {reference: dispute, f"{reference}/fee": fee}


def _refund(reference: str, left_minor: int, state: RefundState, refund_id: str = "") -> ReversalFact:
    return ReversalFact(ReversalKind.REFUND, reference, left_minor, "USD", BEGINNING, state, refund_id)
