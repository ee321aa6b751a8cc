"""What customers contest at their bank: asked about, opened, won, lost, and paid after all."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from billing.clocks.wall import Wall
from billing.credit_notes.tables import CreditNoteReason
from billing.credits.queries import view_balance
from billing.disputes.queries import count_open, list_disputes
from billing.errors import Rejected
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.ledger.queries import balances
from billing.ledger.tables import LedgerAccount
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.reverse_payment import reverse_payment
from billing.payments.intend_page import intend_page
from billing.payments.start_checkout import thaw
from billing.receipts.tables import Receipt
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.credit_invoice import CreditWish, credit_invoice
from billing.refunds.tables import UsedCredits
from billing.usage.consume import consume_credits
from database.ids import uuid7
from schemas.commands.payments import PayInvoice
from schemas.facts.payments import PaymentStatus
from schemas.facts.reversals import DisputeState, RefundState, ReversalFact, ReversalKind, ReversedPaymentFact
from tests.billing.conftest import NOON
from tests.billing.contests import ANSWER, FEE, contest_facts, disputed
from tests.billing.money_back import MoneyBack
from tests.billing.purchases import fact, start_purchase
from tests.billing.standing import publish
from tests.billing.subscribers import Books

PRICE, CREDITS = 2_999, 2_000
REASON = CreditNoteReason.REQUESTED_BY_CUSTOMER
PAGES = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}


class Story:
    """A customer, one of whose payments a bank is asked about."""

    def __init__(self, books: Books, account_id: UUID) -> None:
        self.books, self.account_id = books, account_id
        self.attempt_id = self.payment_ref = ""

    def buy(self, paid_minor: int = PRICE) -> None:
        """2,000 credits for 29.99."""
        request = start_purchase(self.books.database, self.account_id, NOON)
        with self.books.database.transaction() as session:
            record_outcome(session, fact(request, PaymentStatus.CAPTURED, amount_minor=paid_minor), Wall(NOON))
        self.contest_latest()

    def contest_latest(self) -> None:
        """From now on the bank is asked about the latest payment."""
        with self.books.database.transaction() as session:
            latest = session.scalars(select(Receipt).order_by(Receipt.id.desc()).limit(1)).one()
            self.attempt_id, self.payment_ref = str(latest.attempt_id), latest.reference

    def contest(
        self,
        state: DisputeState,
        amount: int = PRICE,
        reference: str = "dp_1",
        now: datetime = NOON,
        left_minor: int | None = None,
    ) -> list[str]:
        """A dispute stands so by now; the alarms that this raises. `left_minor` is what is gone, if that is unusual."""
        dispute, fee = disputed(self.attempt_id, amount, state, reference).reversals
        gone_minor = dispute.left_minor if left_minor is None else left_minor
        reversals = replace(dispute, left_minor=gone_minor), fee
        told = ReversedPaymentFact("stripe", "ch_1", self.payment_ref, reversals, self.attempt_id)
        with capture_logs() as lines, self.books.database.transaction() as session:
            reverse_payment(session, told, Wall(now))
        return [line["event"] for line in lines if line["log_level"] == "error"]

    def use(self, amount: int) -> None:
        """Consume credits."""
        with self.books.database.transaction() as session:
            consume_credits(session, self.account_id, amount, f"use/{uuid7()}", "", NOON)

    def refund(self, amount: int | None) -> UUID:
        """Want so much back, whatever was used."""
        refund_id = uuid7()
        with self.books.database.transaction() as session:
            receipt_id = session.scalars(select(Receipt.id).where(Receipt.reference == self.payment_ref)).one()
            wish = RefundWish(receipt_id, amount, REASON, UsedCredits.FORGIVE, "app/x", f"operation/{refund_id}")
            begin_refund(session, refund_id, wish, NOON)
        return refund_id

    def credit(self, amount: int | None) -> None:
        """Correct the invoice, and keep the money for the customer."""
        with self.books.database.transaction() as session:
            credit_invoice(
                session, CreditWish(self.invoice().id, amount, REASON, UsedCredits.FORGIVE, f"note/{uuid7()}"), NOON
            )

    def hear(self, told: ReversalFact) -> None:
        """Of a refund of the payment."""
        heard = ReversedPaymentFact("stripe", "ch_1", self.payment_ref, (told,), self.attempt_id)
        with self.books.database.transaction() as session:
            reverse_payment(session, heard, Wall(NOON))

    def kept(self) -> int:
        """Money for the next invoices."""
        return self.books.kept_minor(self.account_id)

    def pay_again(self) -> None:
        """On a page, what is open of the invoice."""
        invoice = self.invoice()
        command = PayInvoice.model_validate({"invoice_id": invoice.id, **PAGES})
        with self.books.database.transaction() as session:
            request = thaw(intend_page(session, f"page/{uuid7()}", command, "stripe", Wall(NOON)).request)
        with self.books.database.transaction() as session:
            told = fact(request, PaymentStatus.CAPTURED, amount_minor=invoice.left_minor)
            record_outcome(session, told, Wall(NOON))

    def credits(self, at: datetime = NOON) -> int:
        """What can be used."""
        with self.books.database.transaction() as session:
            return view_balance(session, self.account_id, at).balance

    def frozen(self) -> int:
        """What cannot be."""
        with self.books.database.transaction() as session:
            return view_balance(session, self.account_id, NOON).frozen

    def invoice(self) -> Invoice:
        """The first one."""
        with self.books.database.transaction() as session:
            found = session.scalars(select(Invoice).order_by(Invoice.number).limit(1)).one()
            session.expunge_all()
            return found

    def stands(self, account: LedgerAccount) -> int:
        """In the ledger, in cents."""
        with self.books.database.transaction() as session:
            return sum(minor for (each, _, _), minor in balances(session).items() if each is account)

    def open_disputes(self) -> int:
        """What flags the account."""
        with self.books.database.transaction() as session:
            return count_open(session, self.account_id)


@pytest.fixture
def story(books: Books, account_id: UUID) -> Story:
    """Credits are bought and paid, and nothing is contested yet."""
    begun = Story(books, account_id)
    begun.buy()
    return begun


def test_while_a_bank_decides_the_money_is_disputed_and_the_credits_cannot_be_used(story: Story) -> None:
    story.use(100)
    assert story.contest(DisputeState.NEEDS_RESPONSE) == ["dispute_opened"]
    assert (story.stands(LedgerAccount.DISPUTED), story.stands(LedgerAccount.GATEWAY_FEES)) == (PRICE, FEE)
    assert (story.credits(), story.frozen(), story.open_disputes()) == (0, CREDITS - 100, 1)
    assert story.invoice().status is InvoiceStatus.PAID
    assert story.contest(DisputeState.UNDER_REVIEW) == [], "answered: nobody has to do anything"
    with story.books.database.transaction() as session:
        (shown,) = list_disputes(session, account_id=story.account_id).data
    assert (shown.status, shown.left_minor, shown.evidence_due_at) == ("under_review", PRICE, NOON + ANSWER)


def test_what_is_won_comes_back_with_the_credits_and_the_fee_is_borne(story: Story) -> None:
    story.use(100)
    story.contest(DisputeState.NEEDS_RESPONSE)
    assert story.contest(DisputeState.WON) == []
    assert (story.stands(LedgerAccount.DISPUTED), story.stands(LedgerAccount.GATEWAY_FEES)) == (0, FEE)
    assert (story.credits(), story.open_disputes()) == (CREDITS - 100, 0)


def test_what_is_lost_is_owed_again_and_unused_credits_are_gone(story: Story) -> None:
    story.use(100)
    story.contest(DisputeState.NEEDS_RESPONSE)
    assert story.contest(DisputeState.LOST) == ["dispute_lost"]
    assert story.contest(DisputeState.LOST) == []
    invoice = story.invoice()
    assert (invoice.status, invoice.left_minor, invoice.paid_at) == (InvoiceStatus.UNCOLLECTIBLE, PRICE, None)
    assert (story.stands(LedgerAccount.DISPUTED), story.stands(LedgerAccount.RECEIVABLE)) == (0, PRICE)
    assert (story.credits(), story.open_disputes()) == (0, 0)


def test_who_pays_after_all_has_the_credits_again_and_no_more(story: Story) -> None:
    """And contests that payment, too, and pays once more."""
    story.use(100)
    for reference in ("dp_1", "dp_2"):
        story.contest(DisputeState.LOST, reference=reference)
        assert story.credits() == 0
        story.pay_again()
        assert (story.invoice().status, story.credits()) == (InvoiceStatus.PAID, CREDITS - 100)
        story.contest_latest()


def test_what_is_won_waits_until_the_money_is_back(story: Story) -> None:
    """A person is called: it may come a moment later, or not at all."""
    story.contest(DisputeState.NEEDS_RESPONSE)
    assert story.contest(DisputeState.WON, left_minor=PRICE) == ["dispute_won_and_money_gone"]
    assert (story.invoice().contested_minor, story.credits()) == (PRICE, 0)
    with pytest.raises(Rejected, match="payment_disputed"):
        story.credit(None)
    assert story.contest(DisputeState.WON, left_minor=0) == []
    assert (story.invoice().contested_minor, story.credits(), story.stands(LedgerAccount.DISPUTED)) == (0, CREDITS, 0)


def test_what_a_bank_keeps_of_what_is_won_is_contested(story: Story) -> None:
    story.contest(DisputeState.NEEDS_RESPONSE)
    story.contest(DisputeState.WON, left_minor=500)
    assert (story.invoice().contested_minor, story.frozen()) == (500, CREDITS)


def test_an_inquiry_calls_a_person_and_moves_nothing(story: Story) -> None:
    assert story.contest(DisputeState.INQUIRY) == ["dispute_opened"]
    assert (story.credits(), story.stands(LedgerAccount.DISPUTED), story.open_disputes()) == (CREDITS, 0, 1)
    assert story.contest(DisputeState.INQUIRY_CLOSED) == []
    assert story.open_disputes() == 0


def test_an_inquiry_that_is_escalated_calls_again_and_freezes(story: Story) -> None:
    story.contest(DisputeState.INQUIRY)
    assert story.contest(DisputeState.NEEDS_RESPONSE) == ["dispute_opened"]
    assert (story.credits(), story.stands(LedgerAccount.DISPUTED)) == (0, PRICE)


def test_of_a_part_that_is_lost_a_part_of_the_credits_goes(story: Story) -> None:
    story.contest(DisputeState.NEEDS_RESPONSE, 1_500)
    assert story.credits() == 0, "nobody knows which of them it bought"
    story.contest(DisputeState.LOST, 1_500)
    assert (story.invoice().left_minor, story.credits()) == (1_500, CREDITS - 1_001)


def test_what_is_kept_of_the_payment_goes_first(books: Books, account_id: UUID) -> None:
    story = Story(books, account_id)
    story.buy(PRICE + 500)
    story.contest(DisputeState.LOST, 500)
    assert (books.kept_minor(account_id), story.credits()) == (0, CREDITS)
    assert story.invoice().status is InvoiceStatus.PAID


def test_money_that_was_refunded_and_is_disputed_too_went_twice_and_stays_for_a_person(story: Story) -> None:
    with story.books.database.transaction() as session:
        receipt_id = session.scalars(select(Receipt.id)).one()
        wish = RefundWish(receipt_id, None, CreditNoteReason.DUPLICATE, UsedCredits.FORGIVE, "app/x", "operation/1")
        begin_refund(session, uuid7(), wish, NOON)
    story.contest(DisputeState.NEEDS_RESPONSE)
    assert story.contest(DisputeState.LOST) == ["dispute_lost"]
    assert (story.stands(LedgerAccount.DISPUTED), story.invoice().status) == (PRICE, InvoiceStatus.PAID)


def test_a_refund_that_fails_meets_the_dispute_first(story: Story) -> None:
    refund_id = story.refund(None)
    story.contest(DisputeState.NEEDS_RESPONSE)
    story.hear(ReversalFact(ReversalKind.REFUND, "re_1", 0, "USD", NOON, RefundState.FAILED, str(refund_id)))
    assert (story.kept(), story.stands(LedgerAccount.DISPUTED)) == (0, 0), "the bank has given it back already"
    story.contest(DisputeState.WON)
    assert (story.kept(), story.stands(LedgerAccount.DISPUTED)) == (PRICE, 0), "neither has gone after all"


def test_what_is_disputed_goes_back_no_second_time(story: Story) -> None:
    story.contest(DisputeState.NEEDS_RESPONSE, 1_000)
    with pytest.raises(Rejected, match=r"19\.99 USD can") as refused:
        story.credit(PRICE)
    assert refused.value.code == "payment_disputed"
    story.credit(999)
    story.contest(DisputeState.LOST, 1_000)
    assert (story.kept(), story.stands(LedgerAccount.DISPUTED)) == (0, 0), "nobody owes anything for what was kept"
    assert story.invoice().left_minor == 1


@pytest.mark.parametrize("after", [DisputeState.NEEDS_RESPONSE, DisputeState.LOST])
def test_the_rest_of_a_payment_that_is_disputed_in_part_is_not_refunded(story: Story, after: DisputeState) -> None:
    """Its gateway would refuse: the invoice is credited, and the money is kept."""
    story.contest(after, 1_000)
    if after is DisputeState.LOST:
        story.pay_again()
    for amount in (500, None):
        with pytest.raises(Rejected) as refused:
            story.refund(amount)
        assert refused.value.code == "payment_disputed"
    story.contest(DisputeState.WON, 1_000)
    assert story.refund(None)


def test_another_payment_that_nobody_disputes_frees_nothing_of_one_that_is(story: Story) -> None:
    disputed_one = story.attempt_id, story.payment_ref
    story.buy()
    story.attempt_id, story.payment_ref = disputed_one
    story.contest(DisputeState.NEEDS_RESPONSE)
    with pytest.raises(Rejected) as refused:
        story.credit(None)
    assert refused.value.code == "payment_disputed"


def test_what_was_credited_and_is_spent_went_twice_when_it_is_lost_too(story: Story) -> None:
    """Ten of 29.99 were kept by a credit note and have paid something else: for these a person is called."""
    story.credit(1_000)
    publish(story.books, "ten", 1_000, 0)
    story.books.subscribe(story.account_id, NOON, "ten")
    assert story.kept() == 0
    story.contest(DisputeState.LOST)
    assert (story.invoice().left_minor, story.stands(LedgerAccount.DISPUTED)) == (PRICE - 1_000, 1_000)


def test_what_is_refunded_in_the_dashboard_all_the_same_stays_for_a_person(story: Story) -> None:
    story.contest(DisputeState.NEEDS_RESPONSE, 1_000)
    story.hear(ReversalFact(ReversalKind.REFUND, "re_1", PRICE, "USD", NOON, RefundState.SUCCEEDED))
    assert story.stands(LedgerAccount.UNEXPLAINED_REVERSALS) == 1_000
    story.contest(DisputeState.LOST, 1_000)
    assert (story.invoice().left_minor, story.stands(LedgerAccount.DISPUTED)) == (1_000, 0)


def test_kept_money_of_a_disputed_payment_waits_for_the_bank(books: Books, account_id: UUID) -> None:
    story = Story(books, account_id)
    story.buy(PRICE + 500)
    story.contest(DisputeState.NEEDS_RESPONSE, 400)
    assert (story.kept(), story.frozen()) == (100, 0), "as it would be lost: nobody owes anything for that"
    story.contest(DisputeState.NEEDS_RESPONSE, PRICE, reference="dp_2")
    assert (story.kept(), story.frozen(), story.invoice().contested_minor) == (0, CREDITS, PRICE - 100)
    story.contest(DisputeState.WON, PRICE, reference="dp_2")
    assert (story.kept(), story.frozen()) == (100, 0)
    story.contest(DisputeState.WON, 400)
    assert (story.kept(), story.frozen()) == (500, 0)


def test_a_customer_who_had_a_part_credited_owes_the_rest_of_what_is_lost(story: Story) -> None:
    """Of 29.99 ten are on a credit note: all of it is lost, and the rest is owed, whoever asks how much."""
    story.credit(1_000)
    story.contest(DisputeState.NEEDS_RESPONSE)
    assert story.kept() == 0, "and nothing else is bought with that in the meantime"
    story.contest(DisputeState.LOST)
    assert (story.invoice().left_minor, story.stands(LedgerAccount.RECEIVABLE)) == (PRICE - 1_000, PRICE - 1_000)
    story.pay_again()
    assert (story.invoice().status, story.kept()) == (InvoiceStatus.PAID, 0)


def test_what_a_bank_gives_back_after_a_loss_pays_the_invoice_again(story: Story) -> None:
    story.use(100)
    story.contest(DisputeState.LOST)
    assert story.contest(DisputeState.WON) == ["dispute_lost_no_more"]
    assert (story.invoice().status, story.credits(), story.kept()) == (InvoiceStatus.PAID, CREDITS - 100, 0)
    assert story.contest(DisputeState.LOST) == ["dispute_lost"]
    assert (story.invoice().status, story.credits()) == (InvoiceStatus.UNCOLLECTIBLE, 0)


def test_what_comes_back_after_it_was_paid_otherwise_is_kept(story: Story) -> None:
    attempt_id, reference = story.attempt_id, story.payment_ref
    story.contest(DisputeState.LOST)
    story.pay_again()
    story.attempt_id, story.payment_ref = attempt_id, reference
    assert story.contest(DisputeState.WON) == ["dispute_lost_no_more"]
    assert (story.kept(), story.credits()) == (PRICE, CREDITS)


def test_who_wins_may_be_asked_again(story: Story) -> None:
    """The bank thinks again: it is a dispute once more, and a person is called."""
    story.contest(DisputeState.NEEDS_RESPONSE)
    story.contest(DisputeState.WON)
    assert story.contest(DisputeState.NEEDS_RESPONSE) == ["dispute_opened"]
    assert (story.credits(), story.open_disputes()) == (0, 1)


def test_credits_of_an_invoice_of_which_a_part_is_disputed_are_granted_frozen(books: Books, ada: UUID) -> None:
    """Two payments pay one invoice; the first is disputed before the second comes."""
    back = MoneyBack(books, ada)
    books.subscribe(ada, NOON)
    first = back.pay_part(400)
    back.hear(first, *contest_facts("dp_1", 400, DisputeState.NEEDS_RESPONSE))
    books.give_card(ada, NOON)
    books.answer(NOON)
    invoice = books.invoices(ada)[0]
    assert (invoice.status, invoice.contested_minor, back.credits()) == (InvoiceStatus.PAID, 400, 0)
    back.hear(first, *contest_facts("dp_1", 400, DisputeState.WON))
    assert back.credits() > 0
    assert (books.invoices(ada)[0].contested_minor, len(back.payments())) == (0, 2)


def test_days_in_which_credits_were_frozen_are_not_lost(books: Books, ada: UUID) -> None:
    """A month of a plan is disputed on its tenth day; the bank decides long after the month's end."""
    books.subscribe(ada, NOON)
    books.answer(NOON)
    story = Story(books, ada)
    story.contest_latest()
    tenth, decided = NOON + timedelta(days=10), NOON + timedelta(days=60)
    before = story.credits(tenth)
    story.contest(DisputeState.NEEDS_RESPONSE, 900, now=tenth)
    assert before > story.credits(tenth) == 0
    story.contest(DisputeState.WON, 900, now=decided)
    assert story.credits(decided + timedelta(days=19)) == before
    assert story.credits(decided + timedelta(days=21)) == 0
