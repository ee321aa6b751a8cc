"""Money that goes back: out of which money, with which credit note, and which credits go with it."""

from uuid import UUID

import pytest
from sqlalchemy import select

from billing.clocks.wall import Wall
from billing.credit_notes.tables import CreditNote, CreditNoteReason
from billing.credits.queries import view_balance
from billing.errors import Rejected
from billing.invariants import violations
from billing.ledger.queries import balances
from billing.ledger.tables import LedgerAccount
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.reverse_payment import reverse_payment
from billing.receipts.tables import Receipt, ReceiptSource
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.tables import Refund, UsedCredits
from billing.usage.consume import consume_credits
from database.ids import uuid7
from schemas.facts.payments import PaymentStatus
from schemas.facts.reversals import RefundState, ReversalFact, ReversalKind, ReversedPaymentFact
from tests.billing.conftest import NOON
from tests.billing.purchases import fact, start_purchase
from tests.billing.subscribers import Books

PRICE, CREDITS = 2_999, 2_000


class Payer:
    """An account that has bought credits, and gets its money back."""

    def __init__(self, books: Books, account_id: UUID) -> None:
        self.database, self.account_id = books.database, account_id
        request = start_purchase(books.database, account_id, NOON)
        self.attempt_id = request.attempt_id
        with self.database.transaction() as session:
            record_outcome(session, fact(request, PaymentStatus.CAPTURED), Wall(NOON))

    def ask(
        self, amount: int | None = None, used: UsedCredits = UsedCredits.REDUCE, refund_id: UUID | None = None
    ) -> UUID:
        with self.database.transaction() as session:
            receipt_id = session.scalars(select(Receipt.id).where(Receipt.source == ReceiptSource.CAPTURE)).one()
            refund_id = refund_id or uuid7()
            reason = CreditNoteReason.REQUESTED_BY_CUSTOMER
            wish = RefundWish(receipt_id, amount, reason, used, "app/x", f"operation/{refund_id}")
            begin_refund(session, refund_id, wish, NOON)
        return refund_id

    def use(self, credits: int) -> None:
        with self.database.transaction() as session:
            consume_credits(session, self.account_id, credits, f"use/{uuid7()}", "", NOON)

    def hear(self, reference: str, left: int, state: RefundState, refund_id: str = "") -> None:
        told = ReversalFact(ReversalKind.REFUND, reference, left, "USD", NOON, state, refund_id)
        payment = ReversedPaymentFact(
            "stripe", f"ch_{self.attempt_id}", f"pi_{self.attempt_id}", (told,), self.attempt_id
        )
        with self.database.transaction() as session:
            reverse_payment(session, payment, Wall(NOON))

    def notes(self) -> list[tuple[str, int, int]]:
        with self.database.transaction() as session:
            found = session.scalars(select(CreditNote).order_by(CreditNote.number)).all()
            assert violations(session) == []
            return [(each.number, each.total_minor, each.refunded_minor) for each in found]

    def refunds(self) -> list[tuple[int, str]]:
        with self.database.transaction() as session:
            found = session.scalars(select(Refund).order_by(Refund.id)).all()
            return [(each.amount_minor, each.status.value) for each in found]

    def balance(self) -> int:
        with self.database.transaction() as session:
            return view_balance(session, self.account_id, NOON).balance

    def ledger(self, account: LedgerAccount, gateway: str = "") -> int:
        with self.database.transaction() as session:
            return balances(session).get((account, gateway, "USD"), 0)


@pytest.fixture
def payer(books: Books, account_id: UUID) -> Payer:
    return Payer(books, account_id)


def test_all_of_an_unused_purchase_goes_back(payer: Payer) -> None:
    refund_id = payer.ask()
    assert payer.notes() == [(f"CN-{NOON:%Y-%m}-00001", PRICE, PRICE)]
    assert payer.balance() == 0
    assert payer.ledger(LedgerAccount.REFUNDS_PAYABLE) == -PRICE
    payer.hear("re_1", PRICE, RefundState.SUCCEEDED, str(refund_id))
    payer.hear("re_1", PRICE, RefundState.SUCCEEDED, str(refund_id))
    assert payer.refunds() == [(PRICE, "succeeded")]
    assert payer.ledger(LedgerAccount.GATEWAY_CLEARING, "stripe") == 0
    for account in ("refunds_payable", "deferred_revenue", "unexplained_reversals"):
        assert payer.ledger(LedgerAccount(account)) == 0
    assert payer.notes() == [(f"CN-{NOON:%Y-%m}-00001", PRICE, PRICE)]


def test_in_three_parts_and_no_more_than_came(payer: Payer) -> None:
    for amount in (1_000, 1_000, 999):
        payer.ask(amount)
    with pytest.raises(Rejected, match=r"0\.00 USD can still be refunded") as refused:
        payer.ask(1)
    assert refused.value.code == "refund_too_large"
    assert [total for _, total, _ in payer.notes()] == [1_000, 1_000, 999]
    assert payer.balance() == 0


def test_only_what_is_unused_goes_back(payer: Payer) -> None:
    payer.use(500)
    payer.ask()
    assert payer.refunds() == [(2_249, "created")]
    assert payer.balance() == 0
    assert payer.notes() == [(f"CN-{NOON:%Y-%m}-00001", 2_249, 2_249)]


def test_used_credits_are_forgiven_where_that_was_said(payer: Payer) -> None:
    payer.use(500)
    payer.ask(used=UsedCredits.FORGIVE)
    assert payer.refunds() == [(PRICE, "created")]
    assert payer.balance() == 0
    assert payer.notes()


def test_a_refund_in_the_dashboard_arrives_the_same_way(payer: Payer) -> None:
    payer.hear("re_1", 1_500, RefundState.SUCCEEDED)
    assert payer.refunds() == [(1_500, "succeeded")]
    assert payer.notes() == [(f"CN-{NOON:%Y-%m}-00001", 1_500, 1_500)]
    assert payer.balance() == 999, "what is taken back is rounded up"


def test_books_from_a_backup_hear_of_their_own_refund_and_do_not_ask_again(payer: Payer) -> None:
    refund_id = uuid7()
    payer.hear("re_1", 1_000, RefundState.SUCCEEDED, str(refund_id))
    payer.ask(1_000, refund_id=refund_id)
    assert payer.refunds() == [(1_000, "succeeded")]
    assert len(payer.notes()) == 1


def test_what_failed_is_kept_for_the_customer_and_calls_a_person(payer: Payer) -> None:
    refund_id = payer.ask(1_000)
    payer.hear("re_1", 1_000, RefundState.SUCCEEDED, str(refund_id))
    payer.hear("re_1", 0, RefundState.FAILED, str(refund_id))
    payer.hear("re_1", 0, RefundState.FAILED, str(refund_id))
    assert payer.refunds() == [(1_000, "failed")]
    assert payer.ledger(LedgerAccount.CUSTOMER_BALANCE) == -1_000
    assert payer.ledger(LedgerAccount.GATEWAY_CLEARING, "stripe") == PRICE
    with payer.database.transaction() as session:
        remarks = session.scalars(select(Receipt.remark).where(Receipt.remark != "")).all()
    assert remarks == ["refund_failed"]
    payer.ask(1_000)
    assert payer.ledger(LedgerAccount.CUSTOMER_BALANCE) == 0, "it is refunded out of what is kept, without a paper"
    assert len(payer.notes()) == 1
