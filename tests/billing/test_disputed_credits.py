"""Credits whose money is disputed, or was lost: what they pay of a debt, and what of them counts as used."""

from datetime import timedelta
from uuid import UUID

import pytest

from billing.accounts.queries import lock_account
from billing.credits.queries import view_balance
from billing.errors import Rejected
from billing.refunds.tables import UsedCredits
from schemas.facts.reversals import DisputeState
from tests.billing.contests import contest_facts
from tests.billing.money_back import MoneyBack, refunded
from tests.billing.standing import credits_of, publish
from tests.billing.subscribers import Books, utc

BEGIN = utc("2026-04-01 10:00")
PRICE, CREDITS = 2_999, 2_000


@pytest.fixture
def indebted(books: Books, ada: UUID) -> MoneyBack:
    """Who may owe all that he has used."""
    with books.database.transaction() as session:
        lock_account(session, ada).credit_debt_max = 10 * CREDITS
    return MoneyBack(books, ada, BEGIN)


def _contest(indebted: MoneyBack, payment_id: UUID, state: DisputeState, minor: int = PRICE) -> None:
    indebted.hear(payment_id, *contest_facts("dp_1", minor, state))


def _owe(indebted: MoneyBack) -> None:
    """Credits are used up and refunded all the same."""
    payment = indebted.buy()
    indebted.use(CREDITS)
    indebted.ask(payment, used=UsedCredits.DEBT)


def _credits(indebted: MoneyBack) -> tuple[int, int, int]:
    """The balance, what is owed, and what is frozen."""
    with indebted.database.transaction() as session:
        found = view_balance(session, indebted.account_id, indebted.now)
    return found.balance, found.debt, found.frozen


def test_frozen_credits_pay_a_debt_once_they_are_won(indebted: MoneyBack) -> None:
    payment = indebted.buy()
    _contest(indebted, payment, DisputeState.NEEDS_RESPONSE)
    _owe(indebted)
    assert _credits(indebted) == (-CREDITS, CREDITS, CREDITS)
    _contest(indebted, payment, DisputeState.WON)
    assert _credits(indebted) == (0, 0, 0)


def test_frozen_credits_that_are_lost_have_paid_nothing(indebted: MoneyBack) -> None:
    payment = indebted.buy()
    _contest(indebted, payment, DisputeState.NEEDS_RESPONSE)
    _owe(indebted)
    _contest(indebted, payment, DisputeState.LOST)
    assert _credits(indebted) == (-CREDITS, CREDITS, 0)


def test_credits_that_are_granted_frozen_pay_a_debt_once_they_are_won(indebted: MoneyBack, books: Books) -> None:
    """Two payments pay one invoice, and the first is disputed before the second comes."""
    publish(books, "some", PRICE, 500)
    _owe(indebted)
    books.subscribe(indebted.account_id, BEGIN, "some")
    first = indebted.pay_part(1_000)
    _contest(indebted, first, DisputeState.NEEDS_RESPONSE, 1_000)
    books.give_card(indebted.account_id, BEGIN)
    books.answer(BEGIN)
    assert _credits(indebted) == (-CREDITS, CREDITS, 500)
    _contest(indebted, first, DisputeState.WON, 1_000)
    assert _credits(indebted) == (500 - CREDITS, CREDITS - 500, 0)


def test_what_a_lost_dispute_took_pays_a_debt_when_it_comes_back(indebted: MoneyBack) -> None:
    payment = indebted.buy()
    _contest(indebted, payment, DisputeState.LOST)
    _owe(indebted)
    _contest(indebted, payment, DisputeState.WON)
    assert _credits(indebted) == (0, 0, 0)


@pytest.mark.parametrize(("used_credits", "refunded_minor"), [(UsedCredits.REDUCE, 2_249), (UsedCredits.DEBT, PRICE)])
def test_what_was_lost_and_came_back_is_not_used(
    indebted: MoneyBack, used_credits: UsedCredits, refunded_minor: int
) -> None:
    """A quarter of the credits was used; three quarters were taken back by a dispute, and are there again."""
    payment = indebted.buy()
    indebted.use(500)
    for state in (DisputeState.LOST, DisputeState.WON):
        _contest(indebted, payment, state)
    assert indebted.parts(indebted.ask(payment, used=used_credits)) == (refunded_minor, 0, 0, "created")
    owed = 500 if used_credits is UsedCredits.DEBT else 0
    assert _credits(indebted) == (-owed, owed, 0)


def test_what_is_left_of_a_payment_that_was_lost_in_part_does_not_go_back(indebted: MoneyBack) -> None:
    """Its gateway would refuse; and its money would be back, and most of its credits still there."""
    payment = indebted.buy()
    _contest(indebted, payment, DisputeState.LOST, 100)
    with pytest.raises(Rejected) as refused:
        indebted.ask(payment, used=UsedCredits.REDUCE)
    assert refused.value.code == "payment_disputed"
    indebted.hear(payment, refunded("re_1", 1_000))
    assert indebted.ledger()["unexplained_reversals"] == 1_000, "in the dashboard all the same: a person is called"


def test_credits_that_are_used_up_come_back_frozen_where_another_payment_is_disputed(
    indebted: MoneyBack, books: Books
) -> None:
    """Two payments paid a plan; one is lost, its credits are used up, and it is paid again while the other is open."""
    publish(books, "plan", 1_000, 100)
    books.subscribe(indebted.account_id, BEGIN, "plan")
    first = indebted.pay_part(400)
    books.give_card(indebted.account_id, BEGIN)
    books.answer(BEGIN)
    second = indebted.payments()[1].id
    indebted.contest(first, DisputeState.LOST, 400)
    indebted.use(60)
    indebted.contest(second, DisputeState.NEEDS_RESPONSE, 600, "dp_2")
    indebted.pay_open()
    assert _credits(indebted) == (0, 0, 40)
    indebted.contest(second, DisputeState.WON, 600, "dp_2")
    assert _credits(indebted) == (40, 0, 0)


def test_who_pays_after_all_has_credits_that_last(indebted: MoneyBack, books: Books) -> None:
    """April's are lost in April and paid for in June: they last for a month from then, as if they were bought then."""
    publish(books, "plan", 1_000, 100)
    books.subscribe(indebted.account_id, BEGIN, "plan")
    books.answer(BEGIN)
    indebted.contest(indebted.payments()[0].id, DisputeState.LOST, 1_000)
    indebted.now = BEGIN + timedelta(days=61)
    indebted.pay_open()
    assert _credits(indebted)[0] == 100


def test_credits_of_a_subscription_that_is_paused_wait_with_it_when_they_are_won(
    indebted: MoneyBack, books: Books
) -> None:
    """25 days were left when they were frozen: so many are left when it goes on, whenever the bank has decided."""
    publish(books, "plan", 1_000, 100)
    subscription_id, day = books.subscribe(indebted.account_id, BEGIN, "plan"), timedelta(days=1)
    books.answer(BEGIN)
    payment = indebted.payments()[0].id
    indebted.now = BEGIN + 5 * day
    indebted.contest(payment, DisputeState.NEEDS_RESPONSE, 1_000)
    books.pause(subscription_id, BEGIN + 10 * day)
    indebted.now = BEGIN + 12 * day
    indebted.contest(payment, DisputeState.WON, 1_000)
    assert credits_of(books, indebted.account_id, BEGIN + 39 * day) == 100
    books.resume(subscription_id, BEGIN + 40 * day)
    assert credits_of(books, indebted.account_id, BEGIN + 64 * day) == 100
    assert credits_of(books, indebted.account_id, BEGIN + 66 * day) == 0
