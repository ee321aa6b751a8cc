"""Several disputes of one payment, several payments of one invoice, several invoices of one payment."""

import pytest

from billing.invoices.stage_receipt import ACTIVATED, receipt_mail
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.subscriptions.tables import SubscriptionStatus
from schemas.facts.reversals import DisputeState
from tests.billing.contests import contest_facts
from tests.billing.money_back import BEGIN, MoneyBack
from tests.billing.standing import publish

LOST, OPEN, WON = DisputeState.LOST, DisputeState.NEEDS_RESPONSE, DisputeState.WON
PRICE, CREDITS = 2_999, 2_000


def _first(back: MoneyBack) -> Invoice:
    return back.books.invoices(back.account_id)[0]


def _states(back: MoneyBack) -> list[InvoiceStatus]:
    return [each.status for each in back.books.invoices(back.account_id)]


def test_two_of_one_payment_are_heard_to_be_lost_at_once_and_are_both_won_after_all(back: MoneyBack) -> None:
    """A webhook is lost, and the next one tells of both."""
    payment = back.buy()
    back.hear(payment, *contest_facts("dp_1", 1_000, LOST), *contest_facts("dp_2", 999, LOST))
    assert _first(back).left_minor == 1_999
    back.hear(payment, *contest_facts("dp_1", 1_000, WON), *contest_facts("dp_2", 999, WON))
    assert (_first(back).status, back.credits()) == (InvoiceStatus.PAID, CREDITS)


def test_one_is_lost_and_the_other_open_and_then_the_other_way_round(back: MoneyBack) -> None:
    payment = back.buy()
    back.hear(payment, *contest_facts("dp_1", 1_000, LOST), *contest_facts("dp_2", 999, OPEN))
    assert (_first(back).left_minor, _first(back).contested_minor) == (1_000, 999)
    back.hear(payment, *contest_facts("dp_1", 1_000, WON), *contest_facts("dp_2", 999, LOST))
    assert (_first(back).left_minor, _first(back).contested_minor) == (999, 0)


def test_what_is_lost_part_by_part_and_paid_again_has_granted_once(back: MoneyBack) -> None:
    payment = back.buy()
    for reference, minor in (("dp_1", 500), ("dp_2", 700), ("dp_3", 1_799)):
        back.contest(payment, OPEN, minor, reference)
        back.contest(payment, LOST, minor, reference)
    assert _first(back).left_minor == PRICE
    back.pay_open()
    assert (_first(back).status, back.credits()) == (InvoiceStatus.PAID, CREDITS)


def test_two_payments_of_one_invoice_are_lost_and_won_in_turn(back: MoneyBack) -> None:
    publish(back.books, "plan", 1_000, 100)
    back.books.subscribe(back.account_id, BEGIN, "plan")
    first = back.pay_part(400)
    back.books.give_card(back.account_id, BEGIN)
    back.books.answer(BEGIN)
    second = back.payments()[1].id
    for payment, minor, reference in ((first, 400, "dp_1"), (second, 600, "dp_2")):
        back.contest(payment, OPEN, minor, reference)
    assert _first(back).contested_minor == 1_000
    back.contest(first, LOST, 400, "dp_1")
    assert (_first(back).left_minor, _first(back).contested_minor) == (400, 600)
    back.contest(second, LOST, 600, "dp_2")
    assert (_first(back).left_minor, _first(back).contested_minor) == (1_000, 0)
    for payment, minor, reference in ((second, 600, "dp_2"), (first, 400, "dp_1")):
        back.contest(payment, WON, minor, reference)
    assert (_first(back).status, back.credits()) == (InvoiceStatus.PAID, 100)


def test_a_payment_of_two_invoices_is_lost_and_won_after_all(back: MoneyBack) -> None:
    """A package is paid too much for, and the rest pays a plan: both are paid again at once, with a paper each."""
    publish(back.books, "plan", 1_000, 10)
    payment = back.buy("value", PRICE + 1_000)
    back.books.subscribe(back.account_id, BEGIN, "plan")
    assert _states(back) == [InvoiceStatus.PAID] * 2
    back.contest(payment, LOST, PRICE + 1_000)
    assert _states(back) == [InvoiceStatus.UNCOLLECTIBLE] * 2
    back.contest(payment, WON, PRICE + 1_000)
    assert (_states(back), back.credits()) == ([InvoiceStatus.PAID] * 2, CREDITS + 10)


@pytest.mark.parametrize("is_first_first", [True, False])
def test_what_two_payments_claim_of_one_invoice_moves_to_the_other_that_one_of_them_paid(
    back: MoneyBack, is_first_first: bool
) -> None:
    """Ten of the first plan were paid by each, and credited once; the second payment has paid another ten."""
    publish(back.books, "plan", 2_000, 0)
    publish(back.books, "other", 1_000, 0)
    back.books.subscribe(back.account_id, BEGIN, "plan")
    first = back.pay_part(1_000)
    second = back.pay_on_page(0, 2_000)
    back.books.subscribe(back.account_id, BEGIN, "other")
    back.credit(0, 1_000)
    back.books.subscribe(back.account_id, BEGIN, "other")
    told = [(first, "dp_1"), (second, "dp_2")]
    for payment, reference in told if is_first_first else reversed(told):
        back.contest(payment, OPEN, 1_000, reference)
    assert [each.contested_minor for each in back.books.invoices(back.account_id)] == [1_000, 1_000, 0]
    for payment, reference in told if is_first_first else reversed(told):
        back.contest(payment, LOST, 1_000, reference)
    assert [each.left_minor for each in back.books.invoices(back.account_id)] == [1_000, 1_000, 0]
    assert back.ledger().get("disputed", 0) == 0


def test_a_start_that_was_lost_in_part_before_it_was_paid_begins_when_it_is(back: MoneyBack) -> None:
    publish(back.books, "plan", 1_000, 100)
    subscription_id = back.books.subscribe(back.account_id, BEGIN, "plan")
    back.contest(back.pay_part(400), LOST, 100)
    assert (_first(back).left_minor, _first(back).charged_back_minor) == (700, 0), "it is no invoice that was paid once"
    back.pay_open()
    assert (back.books.subscription(subscription_id).status, back.credits()) == (SubscriptionStatus.ACTIVE, 100)
    with back.database.transaction() as session:
        mail = receipt_mail(session.get_one(Invoice, _first(back).id))
    assert mail.topic == ACTIVATED


@pytest.mark.parametrize("is_paid_otherwise", [False, True])
def test_what_comes_back_pays_no_more_of_an_invoice_than_was_charged_back(
    back: MoneyBack, is_paid_otherwise: bool
) -> None:
    """9.99 of a payment paid a package, and 5.00 a half of a plan that nobody has paid the other half of."""
    publish(back.books, "plan", 1_000, 10)
    payment = back.buy("starter", 999 + 500)
    back.books.subscribe(back.account_id, BEGIN, "plan")
    back.contest(payment, LOST, 999 + 500)
    if is_paid_otherwise:
        back.pay_open()
    back.contest(payment, WON, 999 + 500)
    assert [each.left_minor for each in back.books.invoices(back.account_id)] == [0, 1_000]
    assert back.kept_minor() == (999 + 500 if is_paid_otherwise else 500)
