"""What came past every gateway goes back that way: a person pays it out, and says so."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from billing.credit_notes.tables import CreditNote, CreditNoteReason
from billing.errors import Rejected
from billing.ledger.queries import balances
from billing.ledger.tables import LedgerAccount
from billing.receipts.tables import Receipt
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.tables import Refund, UsedCredits
from billing.statements.match_line import match_with_refund
from billing.statements.rules import Finding
from billing.usage.consume import consume_credits
from database.ids import uuid7
from database.outbox import OutboxEntry
from tests.billing.company import Company
from tests.billing.conftest import NOON
from tests.billing.payers import TODAY, Payer
from tests.billing.subscribers import Books, utc
from tests.billing.tellers import Teller, line

PRICE = 2_999


def _refund(
    remitter: Payer,
    paid_out_on: date | None,
    amount: int | None = None,
    used_credits: UsedCredits = UsedCredits.REDUCE,
) -> UUID:
    refund_id, reason = uuid7(), CreditNoteReason.REQUESTED_BY_CUSTOMER
    with remitter.database.transaction() as session:
        receipt_id = session.scalars(select(Receipt.id).where(Receipt.amount_minor > 0)).one()
        wish = RefundWish(receipt_id, amount, reason, used_credits, "mo", f"o/{refund_id}", "", paid_out_on)
        begin_refund(session, refund_id, wish, NOON)
    return refund_id


def test_it_is_recorded_with_who_paid_it_out_and_when(remitter: Payer) -> None:
    remitter.pay(remitter.order(), PRICE)
    refund_id = _refund(remitter, TODAY)
    with remitter.database.transaction() as session:
        refund = session.get_one(Refund, refund_id)
        assert (refund.status, refund.paid_out_by, refund.paid_out_on) == ("succeeded", "mo", TODAY)
        assert session.scalars(select(CreditNote.total_minor)).all() == [PRICE]
        assert session.scalars(select(func.sum(Receipt.amount_minor))).one() == 0
        # nobody is asked for it
        assert session.scalars(select(OutboxEntry).where(OutboxEntry.topic == "refund")).all() == []
        assert balances(session).get((LedgerAccount.GATEWAY_CLEARING, "bank_transfer", "USD"), 0) == 0
    assert remitter.credits() == 0


def test_a_part_goes_back_and_no_more_than_came(remitter: Payer) -> None:
    remitter.pay(remitter.order(), PRICE)
    _refund(remitter, TODAY, 1_000)
    with pytest.raises(Rejected, match=r"19\.99 USD can still be refunded"):
        _refund(remitter, TODAY, 2_000)


def test_what_no_gateway_moves_goes_back_in_any_amount(remitter: Payer) -> None:
    """The gateways take dinars in steps of ten fils; a bank does not."""
    refund_id = remitter.pay_back(remitter.pay(remitter.order(), 1_234, "KWD"), 4)
    with remitter.database.transaction() as session:
        assert session.get_one(Refund, refund_id).amount_minor == 4


def test_nobody_asks_a_gateway_for_it(remitter: Payer) -> None:
    remitter.pay(remitter.order(), PRICE)
    with pytest.raises(Rejected) as refusal:
        _refund(remitter, None)
    assert refusal.value.code == "refund_by_hand"


def test_it_cannot_have_been_paid_out_tomorrow(remitter: Payer) -> None:
    remitter.pay(remitter.order(), PRICE)
    with pytest.raises(Rejected, match="has not come yet"):
        _refund(remitter, TODAY + timedelta(days=1))


def test_it_cannot_have_been_paid_out_before_the_money_came(remitter: Payer) -> None:
    remitter.pay(remitter.order(), PRICE)
    with pytest.raises(Rejected) as refusal:
        _refund(remitter, TODAY - timedelta(days=1))
    assert refusal.value.code == "paid_before_it_came"


@pytest.mark.parametrize("amount", [PRICE, None])
def test_what_was_paid_out_is_recorded_to_the_cent_or_not_at_all(remitter: Payer, amount: int | None) -> None:
    """Half of the credits are used: a gateway would be asked for less, but this money has left already."""
    remitter.pay(remitter.order(), PRICE)
    with remitter.database.transaction() as session:
        consume_credits(session, remitter.account_id, 1_000, "use/1", "", NOON)
    with pytest.raises(Rejected) as refusal:
        _refund(remitter, TODAY, amount)
    assert refusal.value.code == "nothing_to_refund"
    refund_id = _refund(remitter, TODAY, amount, UsedCredits.FORGIVE)
    with remitter.database.transaction() as session:
        assert session.get_one(Refund, refund_id).amount_minor == PRICE


def test_nobody_pays_out_what_a_gateway_gives_back(books: Books, ada: UUID, april: UUID) -> None:
    with pytest.raises(Rejected) as refusal:
        _refund(Payer(books.database, ada), utc("2026-04-01 10:00").date())
    assert refusal.value.code == "refund_by_gateway"


def test_what_a_gateway_gives_back_left_no_bank_account_of_ours(company: Company, teller: Teller) -> None:
    """A line of as much is something else, and a person who takes it for that is told so."""
    company.sell()
    minor = company.refund()
    [line_id] = teller.keep(line(-minor, "something else", "BANK-1"))
    assert teller.book(line_id) == Finding.OUTGOING
    with teller.database.transaction() as session:
        refund_id = session.scalars(select(Refund.id)).one()
    with pytest.raises(Rejected) as refusal, teller.database.transaction() as session:
        match_with_refund(session, line_id, refund_id, teller.by)
    assert refusal.value.code == "line_misfit"
