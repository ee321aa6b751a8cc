"""Money that is kept, or has granted no credits, while a bank decides whose it is."""

from datetime import timedelta
from uuid import UUID

import pytest

from billing.errors import Rejected
from billing.invoices.tables import InvoiceStatus
from billing.refunds.tables import UsedCredits
from schemas.facts.reversals import DisputeState
from tests.billing.contests import contest_facts
from tests.billing.money_back import BEGIN, MoneyBack
from tests.billing.standing import publish
from tests.billing.subscribers import Books, utc

LOST, OPEN, WON = DisputeState.LOST, DisputeState.NEEDS_RESPONSE, DisputeState.WON
MINUTE, ELEVENTH = BEGIN + timedelta(minutes=1), utc("2026-04-11 10:00")
PRICE = 2_999


@pytest.fixture
def without_credits(back: MoneyBack) -> MoneyBack:
    """A plan of 100.00 that grants no credits is paid, and 30.00 of it were credited."""
    publish(back.books, "seats", 10_000, 0)
    publish(back.books, "fewer", 1_000, 0)
    back.books.subscribe(back.account_id, BEGIN, "seats")
    back.books.answer(BEGIN)
    back.credit(0, 3_000)
    back.contest(back.payments()[0].id, OPEN, 10_000)
    return back


def test_what_is_disputed_of_a_plan_without_credits_goes_back_no_second_time(without_credits: MoneyBack) -> None:
    invoice = without_credits.books.invoices(without_credits.account_id)[0]
    assert (invoice.contested_minor, without_credits.kept_minor()) == (7_000, 0)
    with pytest.raises(Rejected, match="payment_disputed"):
        without_credits.credit(0)


def test_a_plan_without_credits_that_is_disputed_is_not_changed_now(without_credits: MoneyBack) -> None:
    subscription_id = without_credits.books.invoices(without_credits.account_id)[0].subscription_id
    assert subscription_id is not None
    with pytest.raises(Rejected, match="payment_disputed"):
        without_credits.books.change(subscription_id, "fewer", MINUTE, when="now")


@pytest.fixture
def downgraded(back: MoneyBack) -> MoneyBack:
    """Of 300.00 for a month 180.00 are kept since the eleventh."""
    publish(back.books, "big", 30_000, 900)
    publish(back.books, "small", 3_000, 90)
    subscription_id = back.books.subscribe(back.account_id, BEGIN, "big")
    back.books.answer(BEGIN)
    back.books.change(subscription_id, "small", ELEVENTH, when="now")
    back.now = ELEVENTH
    assert back.kept_minor() == 18_000
    return back


def test_what_a_downgrade_kept_of_a_disputed_payment_is_not_spent(downgraded: MoneyBack) -> None:
    """It is set apart, and gone when that is lost: what was had of the plan is owed."""
    payment, books = downgraded.payments()[0].id, downgraded.books
    downgraded.contest(payment, OPEN, 30_000)
    assert (downgraded.kept_minor(), books.invoices(downgraded.account_id)[0].contested_minor) == (0, 12_000)
    downgraded.contest(payment, LOST, 30_000)
    first = books.invoices(downgraded.account_id)[0]
    assert (first.status, first.left_minor, downgraded.kept_minor()) == (InvoiceStatus.UNCOLLECTIBLE, 12_000, 0)
    assert downgraded.ledger().get("disputed", 0) == 0


def test_what_a_downgrade_kept_is_kept_again_once_it_is_won(downgraded: MoneyBack) -> None:
    payment = downgraded.payments()[0].id
    for state in (OPEN, WON, LOST, WON):
        downgraded.contest(payment, state, 30_000)
    assert downgraded.kept_minor() == 18_000
    assert downgraded.books.invoices(downgraded.account_id)[0].status is InvoiceStatus.PAID


def test_what_a_downgrade_kept_and_paid_the_same_subscription_is_owed(downgraded: MoneyBack) -> None:
    """Two renewals of 30.00 were paid with it: so much more was sold, and so much less is kept."""
    for day in ("2026-05-01 10:00", "2026-06-01 10:00"):
        downgraded.books.catch_up(utc(day))
    downgraded.now = utc("2026-06-02 10:00")
    assert downgraded.kept_minor() == 12_000
    downgraded.contest(downgraded.payments()[0].id, LOST, 30_000)
    assert downgraded.kept_minor() == 0
    assert [each.left_minor for each in downgraded.books.invoices(downgraded.account_id)] == [18_000, 0, 0, 0]


def test_what_a_downgrade_kept_and_paid_something_else_is_owed(downgraded: MoneyBack) -> None:
    publish(downgraded.books, "other", 18_000, 0)
    downgraded.books.subscribe(downgraded.account_id, ELEVENTH, "other")
    assert downgraded.kept_minor() == 0
    downgraded.contest(downgraded.payments()[0].id, LOST, 30_000)
    assert downgraded.books.invoices(downgraded.account_id)[0].left_minor == 30_000


@pytest.mark.parametrize("state", [OPEN, LOST])
def test_what_a_downgrade_kept_of_a_disputed_payment_is_refunded_by_no_other(
    downgraded: MoneyBack, state: DisputeState
) -> None:
    """All credits of a package are used: its money comes back neither out of them, nor out of what is kept."""
    downgraded.contest(downgraded.payments()[0].id, state, 30_000)
    other = downgraded.buy()
    downgraded.use(downgraded.credits())
    with pytest.raises(Rejected, match="credits_already_used"):
        downgraded.ask(other, None, UsedCredits.REDUCE)


def test_two_payments_of_one_subscription_share_what_was_sold(downgraded: MoneyBack) -> None:
    """What is contested by the one is not the other's to bear, nor is it credited."""
    downgraded.books.catch_up(utc("2026-05-01 10:00"))
    downgraded.now = utc("2026-05-02 10:00")
    downgraded.contest(downgraded.payments()[0].id, OPEN, 30_000)
    assert [each.contested_minor for each in downgraded.books.invoices(downgraded.account_id)] == [15_000, 0, 0]
    with pytest.raises(Rejected, match="payment_disputed"):
        downgraded.credit(2)


def test_what_went_twice_is_not_taken_out_of_what_is_kept_later(back: MoneyBack) -> None:
    """A person was called. News that are known already take nothing, however often they come."""
    payment = back.buy()
    back.ask(payment)
    back.contest(payment, LOST, PRICE)
    back.buy("starter", 999 + 500)
    for _ in range(2):
        back.contest(payment, LOST, PRICE)
        assert (back.kept_minor(), back.ledger()["disputed"]) == (500, PRICE)


def test_what_went_twice_is_not_taken_out_of_what_is_kept_later_when_another_dispute_moves(back: MoneyBack) -> None:
    payment = back.buy()
    back.credit(0, 1_500)
    publish(back.books, "half", 1_500, 0)
    back.books.subscribe(back.account_id, BEGIN, "half")
    back.contest(payment, LOST, 2_000)
    back.buy("starter", 999 + 600)
    back.contest(payment, LOST, 100, "dp_2")
    assert (back.kept_minor(), back.ledger()["disputed"]) == (500, 501)


def test_what_went_twice_is_taken_out_of_what_else_is_kept(back: MoneyBack) -> None:
    payment = back.buy()
    back.ask(payment)
    back.buy("starter", 999 + 500)
    back.contest(payment, OPEN, PRICE)
    assert (back.kept_minor(), back.ledger()["disputed"]) == (0, PRICE - 500)


def test_what_was_owed_from_before_is_owed_again_when_its_payment_is_lost(back: MoneyBack) -> None:
    """30 cents are carried over to an invoice of 10.00, and 10.30 are paid: all of that is owed again."""
    publish(back.books, "tiny", 30, 0)
    publish(back.books, "ten", 1_000, 0)
    for plan in ("tiny", "ten"):
        back.books.subscribe(back.account_id, BEGIN, plan)
    back.books.answer(BEGIN)
    (payment,) = back.payments()
    for state in (OPEN, LOST):
        back.contest(payment.id, state, 1_030)
    second = back.books.invoices(back.account_id)[1]
    assert (second.left_minor, second.due_minor, back.kept_minor()) == (1_000, 1_000, -30)
    assert back.ledger().get("disputed", 0) == 0
    back.contest(payment.id, WON, 1_030)
    assert (back.books.invoices(back.account_id)[1].status, back.kept_minor()) == (InvoiceStatus.PAID, 0)


def test_a_part_of_what_was_asked_for_from_before_is_contested_too(back: MoneyBack) -> None:
    publish(back.books, "tiny", 30, 0)
    publish(back.books, "ten", 1_000, 0)
    for plan in ("tiny", "ten"):
        back.books.subscribe(back.account_id, BEGIN, plan)
    payment = back.pay_part(500)
    back.contest(payment, OPEN, 500)
    assert back.books.invoices(back.account_id)[1].contested_minor == 470
    back.contest(payment, LOST, 500)
    second = back.books.invoices(back.account_id)[1]
    assert (second.left_minor, back.kept_minor(), back.ledger().get("disputed", 0)) == (1_000, -30, 0)


def test_what_is_left_of_a_plan_that_was_lost_in_part_can_be_lost_next(downgraded: MoneyBack) -> None:
    """Of 120.00 that were had of it 100.00 are lost, and then 50.00: 20.00 are owed for that, and 30.00 were kept."""
    payment = downgraded.payments()[0].id
    downgraded.contest(payment, LOST, 10_000, "dp_1")
    assert downgraded.kept_minor() == 18_000
    downgraded.contest(payment, LOST, 5_000, "dp_2")
    assert (downgraded.books.invoices(downgraded.account_id)[0].left_minor, downgraded.kept_minor()) == (12_000, 15_000)


def test_what_one_payment_is_contested_for_is_not_the_other_ones_to_bear(downgraded: MoneyBack) -> None:
    """What was kept has paid something else, a renewal was charged, and other money is kept by now."""
    publish(downgraded.books, "other", 18_000, 0)
    downgraded.books.subscribe(downgraded.account_id, ELEVENTH, "other")
    downgraded.now = utc("2026-05-01 10:00")
    downgraded.books.catch_up(downgraded.now)
    downgraded.books.answer(downgraded.now)
    downgraded.buy("starter", 999 + 20_000)
    first, renewal = (next(each for each in downgraded.payments() if each.amount_minor == it) for it in (30_000, 3_000))
    downgraded.contest(first.id, OPEN, 30_000, "dp_1")
    assert downgraded.kept_minor() == 5_000
    downgraded.contest(renewal.id, OPEN, 3_000, "dp_2")
    contested = [each.contested_minor for each in downgraded.books.invoices(downgraded.account_id)]
    assert (sum(contested), downgraded.kept_minor()) == (15_000, 2_000)


def test_what_had_paid_a_void_invoice_waits_for_the_bank(books: Books, ada: UUID) -> None:
    """A start that is paid in part and contested is given up: what was paid is not kept before the bank has decided."""
    back = MoneyBack(books, ada)
    subscription_id = books.subscribe(ada, BEGIN)
    payment = back.pay_part(400)
    back.hear(payment, *contest_facts("dp_1", 400, OPEN))
    books.cancel(subscription_id, BEGIN)
    back.credit_voided()
    assert (books.invoices(ada)[0].status, back.kept_minor()) == (InvoiceStatus.VOID, 0)
    back.hear(payment, *contest_facts("dp_1", 400, WON))
    assert back.kept_minor() == 400


@pytest.mark.parametrize("state", [OPEN, LOST])
def test_a_change_of_plan_gives_nothing_back_of_what_is_disputed_or_lost(
    books: Books, ada: UUID, state: DisputeState
) -> None:
    publish(books, "large", 9_000, 100)
    publish(books, "small", 1_000, 10)
    subscription_id = books.subscribe(ada, BEGIN, "large")
    books.answer(BEGIN)
    back = MoneyBack(books, ada, BEGIN + timedelta(days=3))
    back.hear(back.payments()[0].id, *contest_facts("dp_1", 9_000, state))
    with pytest.raises(Rejected, match="payment_disputed"):
        books.change(subscription_id, "small", back.now, when="now")
    books.change(subscription_id, "small", back.now, when="period_end")
    assert back.kept_minor() == 0
