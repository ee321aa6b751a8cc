"""Money that goes back meets disputes, changes of plan, refunds in the dashboard and late answers: it goes once."""

from threading import Event, Thread
from uuid import UUID

import pytest
from sqlalchemy import select, text

from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.invariants import credit_notes_add_up
from billing.outcomes.record_refund import record_refund
from billing.refunds.tables import Refund, UsedCredits
from schemas.facts.reversals import RefundState
from tests.billing.money_back import BEGIN, MoneyBack, disputed, failed, refunded
from tests.billing.standing import publish
from tests.billing.subscribers import utc

PRICE = 2_999
THIRD = utc("2026-04-11 10:00")


def _downgraded(back: MoneyBack) -> UUID:
    """300.00 were paid for a month; of the rest of it a smaller plan is paid, and 180.00 are kept."""
    publish(back.books, "big", 30_000, 0)
    publish(back.books, "small", 3_000, 0)
    subscription = back.books.subscribe(back.account_id, BEGIN, "big")
    back.books.answer(BEGIN)
    back.books.change(subscription, "small", THIRD, when="now")
    assert back.kept_minor() == 18_000
    return back.payments()[0].id


def test_a_refund_that_the_dashboard_made_first_fails_and_explains_that(back: MoneyBack) -> None:
    payment = back.buy()
    refund_id = back.ask(payment)
    back.hear(payment, refunded("re_1", PRICE))
    back.answer(refund_id, failed("", refund_id))
    with back.database.transaction() as session:
        found = session.scalars(select(Refund).order_by(Refund.created_at)).all()
    stand = [(each.status, each.kept_minor, each.unexplained_minor) for each in found]
    assert stand == [("failed", 0, 0), ("succeeded", PRICE, 0)]
    assert back.ledger() == {}


def test_what_the_dashboard_gave_back_twice_takes_nothing_from_other_payments(back: MoneyBack) -> None:
    """While ours is on its way and will fail, a payment is given back twice: another one's invoice is credited all the
    same.
    """
    first, second = back.buy(), back.buy()
    back.ask(first)
    back.hear(first, refunded("re_1", PRICE))
    back.hear(second, refunded("re_2", PRICE))
    assert [note[0] for note in back.notes()] == [PRICE, PRICE]


def test_a_dispute_on_top_of_a_refund_that_fails_leaves_nothing_to_keep(back: MoneyBack) -> None:
    payment = back.buy()
    refund_id = back.ask(payment)
    back.hear(payment, disputed("dp_1", PRICE))
    back.answer(refund_id, failed("", refund_id))
    assert back.kept_minor() == 0
    assert back.ledger() == {}, "the credit note has taken back what the dispute took"


def test_a_refund_that_fails_meets_a_dispute_of_a_part_before_the_invoice_does(back: MoneyBack) -> None:
    """As it would be lost: the less is owed then. Of 19.99 that are not credited 4.99 are nobody's claim."""
    payment = back.buy()
    refund_id = back.ask(payment, 1_000)
    back.hear(payment, disputed("dp_1", 2_500))
    back.answer(refund_id, failed("", refund_id))
    assert back.ledger() == {"gateway_clearing": 499, "disputed": 1_500}
    assert back.books.invoices(back.account_id)[0].contested_minor == 1_500
    back.hear(payment, disputed("dp_1", 0))
    assert back.kept_minor() == 1_000


def test_what_is_disputed_is_not_credited_until_it_is_won(back: MoneyBack) -> None:
    payment = back.buy()
    back.buy()
    back.hear(payment, disputed("dp_1", 2_500))
    with pytest.raises(Rejected) as refused:
        back.credit(0, 500)
    assert refused.value.code == "payment_disputed"
    back.hear(payment, disputed("dp_1", 0))
    back.credit(0)
    assert back.kept_minor() == PRICE


def test_what_is_kept_of_a_disputed_payment_pays_no_refund_of_another(back: MoneyBack) -> None:
    first, second = back.buy(), back.buy(paid_minor=PRICE + 1_000)
    third = back.buy()
    back.credit(0)
    back.hear(first, disputed("dp_1", PRICE))
    back.hear(second, disputed("dp_2", PRICE + 1_000))
    refund_id = back.ask(third)
    assert back.parts(refund_id) == (PRICE, 0, 0, "created")
    assert back.notes()[-1] == (PRICE, PRICE, 0, 0)


def test_a_refund_that_failed_under_a_dispute_is_kept_once_that_is_won(back: MoneyBack) -> None:
    payment = back.buy()
    refund_id = back.ask(payment)
    back.hear(payment, disputed("dp_1", PRICE))
    back.answer(refund_id, failed("", refund_id))
    for _ in range(2):
        back.hear(payment, disputed("dp_1", 0))
    assert back.ledger() == {"customer_balance": -PRICE, "gateway_clearing": PRICE}
    assert back.remarks() == ["refund_failed"]
    assert back.parts(back.ask(payment)) == (PRICE, PRICE, 0, "created"), "it is the payment's own"


def test_money_that_left_under_the_mark_of_a_refused_refund_is_a_refund_of_its_own(back: MoneyBack) -> None:
    """A call that was on its way when a later one was refused."""
    payment = back.buy()
    refund_id = back.ask(payment)
    back.answer(refund_id, failed("", refund_id))
    back.hear(payment, refunded("re_1", PRICE, refund_id))
    assert back.ledger() == {}
    assert len(back.notes()) == 1


def test_an_answer_that_is_older_than_the_failure_books_nothing(back: MoneyBack) -> None:
    payment = back.buy()
    refund_id = back.ask(payment)
    back.hear(payment, failed("re_1", refund_id))
    back.answer(refund_id, refunded("re_1", PRICE, refund_id))
    assert back.parts(refund_id)[3] == "failed"
    assert back.ledger() == {"customer_balance": -PRICE, "gateway_clearing": PRICE}


@pytest.mark.parametrize(("told", "answered", "after"), [
    (RefundState.FAILED, RefundState.SUCCEEDED, "failed"),
    (RefundState.FAILED, RefundState.FAILED, "failed"),
    (RefundState.SUCCEEDED, RefundState.PENDING, "succeeded"),
])  # fmt: skip
def test_a_webhook_while_an_answer_is_being_written(
    back: MoneyBack, told: RefundState, answered: RefundState, after: str
) -> None:
    """The answer waits for the webhook's locks, and then finds what that has written."""
    payment = back.buy()
    refund_id = back.ask(payment)
    left = {state: PRICE if state is not RefundState.FAILED else 0 for state in RefundState}
    has_begun, done = Event(), Event()

    def answer() -> None:
        with back.database.transaction() as session:
            has_begun.set()
            record_refund(session, refund_id, refunded("re_1", left[answered], refund_id, state=answered), Wall(BEGIN))
        done.set()

    with back.database.transaction() as session:
        back.hear_in(session, payment, refunded("re_1", left[told], refund_id, state=told))
        waiting = Thread(target=answer)
        waiting.start()
        has_begun.wait(10)
        assert not done.wait(0.2), "it waits"
    waiting.join(10)
    assert back.parts(refund_id)[3] == after
    assert back.kept_minor() == (PRICE if after == "failed" else 0)


def test_after_a_downgrade_no_more_goes_back_than_came(back: MoneyBack) -> None:
    refund_id = back.ask(_downgraded(back))
    assert back.parts(refund_id) == (30_000, 18_000, 0, "created")
    assert [total for total, *_ in back.notes()] == [12_000]
    assert back.kept_minor() == 0


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("used", [UsedCredits.REDUCE, UsedCredits.FORGIVE])
def test_after_a_downgrade_the_order_of_two_refunds_decides_nothing(
    back: MoneyBack, order: tuple[int, int], used: UsedCredits
) -> None:
    payments = (_downgraded(back), back.buy())
    for place in order:
        back.ask(payments[place], used=used)
    assert sorted(total for total, *_ in back.notes()) == [PRICE, 12_000]
    assert (back.credits(), back.kept_minor()) == (0, 0)


def test_what_a_downgrade_has_given_back_and_another_plan_was_paid_with_goes_back_from_there(back: MoneyBack) -> None:
    payment = _downgraded(back)
    publish(back.books, "other", 30_000, 0)
    back.books.subscribe(back.account_id, THIRD, "other")
    back.books.answer(THIRD)
    assert back.parts(back.ask(payment, used=UsedCredits.REDUCE)) == (12_000, 0, 0, "created")
    with pytest.raises(Rejected) as refused:
        back.credit(0)
    assert refused.value.code == "credit_too_large", "nothing is left of its subscription"


def test_a_period_that_was_refunded_gives_back_nothing_when_the_plan_changes(back: MoneyBack) -> None:
    publish(back.books, "big", 30_000, 0)
    publish(back.books, "small", 3_000, 0)
    subscription = back.books.subscribe(back.account_id, BEGIN, "big")
    back.books.answer(BEGIN)
    back.ask(back.payments()[0].id, 10_000)
    back.books.change(subscription, "small", THIRD, when="now")
    assert back.kept_minor() == 20_000 * 20 // 30 - 2_000
    back.ask(back.payments()[0].id)
    assert back.ledger().get("customer_balance", 0) == 0
    back.books.change(subscription, "big", utc("2026-04-21 10:00"))
    assert back.books.invoices(back.account_id)[-1].total_minor == 10_000, "nothing is given back of the small one"


def test_what_failed_is_explained_by_nothing(back: MoneyBack) -> None:
    """Of a refund in the dashboard that nothing explained and that came back, nothing is drawn."""
    payment = back.buy()
    back.credit(0)
    publish(back.books, "m", PRICE, 0)
    back.books.subscribe(back.account_id, BEGIN, "m")
    back.hear(payment, refunded("re_1", PRICE))
    back.hear(payment, refunded("re_1", 0, state=RefundState.FAILED))
    back.credit(1)
    assert back.kept_minor() == PRICE
    assert back.ledger() == {"customer_balance": -PRICE, "gateway_clearing": PRICE}


def test_a_subscription_that_gives_back_more_than_it_was_billed_is_found(back: MoneyBack) -> None:
    _downgraded(back)
    with back.database.transaction() as session:
        session.execute(text("UPDATE invoices SET credited_minor = 20000 WHERE total_minor = 30000"))
        found = credit_notes_add_up.ask(session)
        session.rollback()
    assert any("was billed 30000 and has given back 38000" in each for each in found)


def test_what_is_contested_of_an_invoice_that_is_owed_goes_back_no_second_time(back: MoneyBack) -> None:
    """Ten of a package's payment pay a part of a plan, and what it bought is credited and spent."""
    publish(back.books, "big", 5_000, 0)
    publish(back.books, "small", PRICE, 0)
    payment = back.buy("value", PRICE + 1_000)
    back.books.subscribe(back.account_id, BEGIN, "big")
    back.credit(0)
    back.books.subscribe(back.account_id, BEGIN, "small")
    back.hear(payment, disputed("dp_1", 1_000))
    with pytest.raises(Rejected, match="payment_disputed"):
        back.ask(payment, 1_000)
    back.hear(payment, refunded("re_1", 1_000))
    assert back.ledger()["unexplained_reversals"] == 1_000, "in the dashboard all the same: a person is called"
    assert back.books.invoices(back.account_id)[1].contested_minor == 1_000
