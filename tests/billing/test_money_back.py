"""Money that goes back where more than one thing has happened to it: it goes once, whatever came first."""

from uuid import UUID

import pytest
from sqlalchemy import select

from billing.errors import Rejected
from billing.invoices.tables import InvoiceStatus
from billing.top_ups.set import set_top_up
from billing.top_ups.tables import AutoTopUp
from schemas.facts.reversals import DisputeState
from tests.billing.contests import contest_facts
from tests.billing.gateway_facts import GatewayRun, invoice_of, line
from tests.billing.money_back import BEGIN, MoneyBack, refunded
from tests.billing.standing import publish
from tests.billing.subscribers import Books, utc

PRICE = 2_999
THIRD = utc("2026-04-11 10:00")


def _half_paid(back: MoneyBack) -> tuple[UUID, UUID]:
    """A subscription whose first invoice of 99.00 is paid with 50.00."""
    publish(back.books, "m", 9_900, 10)
    return back.books.subscribe(back.account_id, BEGIN, "m"), back.pay_part(5_000)


@pytest.mark.parametrize("is_dashboard", [False, True])
def test_a_part_of_an_invoice_that_is_owed_goes_back_and_is_owed_again(back: MoneyBack, is_dashboard: bool) -> None:
    subscription, payment = _half_paid(back)
    refund_id = None if is_dashboard else back.ask(payment)
    back.hear(payment, refunded("re_1", 5_000, refund_id))
    invoice = back.books.invoices(back.account_id)[0]
    assert (invoice.status, invoice.left_minor) == (InvoiceStatus.PENDING, 9_900)
    assert back.ledger() == {"receivable": 9_900}
    assert back.notes() == []
    back.books.cancel(subscription, THIRD)
    assert back.kept_minor() == 0, "it has gone back once"
    assert back.ledger() == {}


def test_whoever_pays_the_rest_of_it_has_not_paid_all(back: MoneyBack) -> None:
    _, payment = _half_paid(back)
    refund_id = back.ask(payment)
    back.hear(payment, refunded("re_1", 5_000, refund_id))
    with pytest.raises(Rejected) as refused:
        back.ask(payment)
    assert refused.value.code == "refund_too_large"
    assert back.credits() == 0


def test_a_void_invoice_has_one_credit_note_of_what_was_paid_and_what_never_was(back: MoneyBack) -> None:
    subscription, _ = _half_paid(back)
    back.books.cancel(subscription, THIRD)
    assert back.kept_minor() == 5_000
    for _ in range(2):
        back.credit_voided()
    assert back.notes() == [(9_900, 0, 5_000, 4_900)]
    assert back.ledger() == {"customer_balance": -5_000, "gateway_clearing": 5_000}


def test_what_was_owed_from_before_is_on_no_credit_note_of_a_void_invoice(back: MoneyBack) -> None:
    publish(back.books, "tiny", 20, 0)
    publish(back.books, "m", 9_900, 0)
    back.books.subscribe(back.account_id, BEGIN, "tiny")
    subscription = back.books.subscribe(back.account_id, BEGIN, "m")
    back.books.cancel(subscription, THIRD)
    back.credit_voided()
    assert back.notes() == [(9_900, 0, 0, 9_900)]
    assert back.kept_minor() == -20, "it is owed again"


def test_two_payments_of_which_one_paid_too_much_go_back_in_any_order(back: MoneyBack) -> None:
    first = back.buy()
    second = back.buy("starter", 999 + PRICE)
    for payment, amount in ((first, PRICE), (second, 999 + PRICE)):
        refund_id = back.ask(payment)
        assert back.parts(refund_id)[0] == amount
        back.hear(payment, refunded(f"re_{payment}", amount, refund_id))
    assert back.ledger() == {}
    assert (back.credits(), back.kept_minor()) == (0, 0)


def test_what_is_kept_of_others_comes_last_and_what_fits_nothing_calls_a_person(back: MoneyBack) -> None:
    back.buy()
    second = back.buy()
    back.credit(1)
    publish(back.books, "m", PRICE, 0)
    back.books.subscribe(back.account_id, BEGIN, "m")
    back.hear(second, refunded("re_1", PRICE))
    assert back.ledger() == {"gateway_clearing": PRICE, "unexplained_reversals": PRICE}
    assert back.remarks() == ["reversed"]
    back.credit(2)
    assert back.ledger() == {"gateway_clearing": PRICE}, "the credit note explains it"
    assert back.kept_minor() == 0


def test_the_invoice_of_a_payment_whose_refund_nothing_explained_can_be_credited(back: MoneyBack) -> None:
    first = back.buy()
    back.credit(0)
    publish(back.books, "m", PRICE, 0)
    back.books.subscribe(back.account_id, BEGIN, "m")
    back.hear(first, refunded("re_1", PRICE))
    assert back.ledger() == {"unexplained_reversals": PRICE}
    back.credit(1)
    assert back.ledger() == {}, "the credit note explains it"
    assert back.kept_minor() == 0


def test_money_in_another_currency_pays_no_refund(back: MoneyBack, books: Books) -> None:
    """What was kept of the payment has paid a plan; euros are kept, too."""
    back.buy(currency="EUR")
    payment = back.buy()
    back.credit(1)
    publish(books, "m", PRICE, 0)
    books.subscribe(back.account_id, BEGIN, "m")
    with pytest.raises(Rejected) as refused:
        back.ask(payment)
    assert refused.value.code == "nothing_to_refund"


def test_kept_money_that_has_paid_another_invoice_goes_back_once_that_is_credited(back: MoneyBack) -> None:
    publish(back.books, "cheap", 999, 0)
    payment = back.buy()
    back.credit(0, 999)
    back.books.subscribe(back.account_id, BEGIN, "cheap")
    with pytest.raises(Rejected, match=r"Of this payment 20\.00 USD can go back now") as refused:
        back.ask(payment, PRICE)
    assert refused.value.code == "nothing_to_refund"
    assert back.parts(back.ask(payment)) == (2_000, 0, 0, "created"), "all that can go back"
    back.credit(1)
    assert back.parts(back.ask(payment)) == (999, 999, 0, "created")
    assert back.kept_minor() == 0


def test_cents_that_are_owed_are_not_given_back(back: MoneyBack) -> None:
    publish(back.books, "tiny", 20, 0)
    back.books.subscribe(back.account_id, BEGIN, "tiny")
    payment = back.buy()
    back.credit(0)
    assert back.kept_minor() == 0, "what was credited is what was owed"
    assert back.parts(back.ask(payment, 20)) == (20, 0, 0, "created")
    assert back.credits() < 2_000


def test_an_invoice_that_a_gateway_wrote_is_not_credited_to_a_balance_that_it_never_draws(
    run: GatewayRun, books: Books
) -> None:
    run.hear(run.fact())
    run.bill(invoice_of(line(9_900)))
    with pytest.raises(Rejected) as refused:
        MoneyBack(books, run.account_id).credit(0, 1_000)
    assert refused.value.code == "gateway_keeps_balance"


def test_what_a_gateway_keeps_pays_no_refund_of_ours(run: GatewayRun, books: Books) -> None:
    run.hear(run.fact())
    run.bill(invoice_of(line(9_900)))
    run.bill(invoice_of(line(-5_000), line(1_000), ref="in_2"))
    back = MoneyBack(books, run.account_id)
    assert back.kept_minor() == 4_000
    payment = back.buy()
    back.hear(payment, refunded("re_1", 2_000))
    back.hear(payment, refunded("re_2", 999))
    assert back.kept_minor() == 4_000
    assert [total for total, *_ in back.notes()] == [2_000, 999]


def test_whoever_gets_money_back_is_not_charged_for_it(back: MoneyBack) -> None:
    payment = back.buy()
    with back.database.transaction() as session:
        set_top_up(session, back.account_id, "starter", 1_900, 3, BEGIN)
    back.ask(payment)
    assert back.credits() == 0
    with back.database.transaction() as session:
        assert session.scalars(select(AutoTopUp.invoice_id)).all() == [None]


def test_two_refunds_in_one_news_draw_what_is_kept_once(back: MoneyBack) -> None:
    payment = back.buy(paid_minor=PRICE + 1_000)
    back.hear(payment, refunded("re_1", 1_500), refunded("re_2", 2_499))
    assert [total for total, *_ in back.notes()] == [500, 2_499]
    assert back.ledger() == {}


def test_what_a_credit_note_kept_of_a_payment_goes_back_with_it_first(back: MoneyBack) -> None:
    first, _ = back.buy(), back.buy()
    back.credit(0, 1_000)
    assert back.parts(back.ask(first, 1_000)) == (1_000, 1_000, 0, "created")
    assert len(back.notes()) == 1


def test_what_was_booked_as_a_refund_leaves_no_second_time_when_it_is_called_a_dispute(back: MoneyBack) -> None:
    payment = back.buy()
    back.hear(payment, refunded("by_hand", 1_000))
    lost = [contest_facts(*each, DisputeState.LOST)[0] for each in (("by_hand", 1_000), ("rest", 1_999))]
    for _ in range(2):
        back.hear(payment, *lost)
    assert sorted(back.left()) == [("dispute", "rest", 1_999), ("refund", "by_hand", 1_000)]
    other = back.buy()
    back.hear(other, contest_facts("taken", PRICE, DisputeState.LOST)[0])
    back.hear(other, refunded("taken", PRICE))
    assert ("dispute", "taken", PRICE) in back.left()
    assert ("refund", "taken", PRICE) not in back.left()
