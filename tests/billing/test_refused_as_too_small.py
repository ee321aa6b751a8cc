"""A gateway that refuses a charge as too small says nothing of the card: it is owed, as what is known to be so."""

from uuid import UUID

import pytest
from sqlalchemy import select

from billing.clocks.wall import Wall
from billing.credits.queries import view_balance
from billing.dunning.tables import Dunning, DunningState
from billing.invoices.tables import InvoiceStatus
from billing.outcomes.record_outcome import record_outcomes
from billing.payments.tables import AttemptKind, PaymentAttempt
from billing.subscriptions.tables import SubscriptionStatus
from billing.top_ups.queries import view_top_up
from billing.top_ups.set import set_top_up
from database.outbox import OutboxEntry
from schemas.facts.payments import TOO_SMALL, PaymentStatus
from tests.billing.charges import answer
from tests.billing.subscribers import Books, utc

BEGIN = utc("2026-04-01 10:00")
END = utc("2026-05-01 10:00")
LAST_HOUR = utc("2026-05-01 09:00")


def trouble(books: Books) -> list[str]:
    """Mails about money that did not come."""
    topics = ["payment_failed", "plan_change_unpaid", "top_up_stopped"]
    with books.database.transaction() as session:
        return list(session.scalars(select(OutboxEntry.topic).where(OutboxEntry.topic.in_(topics))))


def test_a_start_is_active_and_the_next_bill_asks_for_both(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN)
    assert books.answer(BEGIN, decline=TOO_SMALL) == 1
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    invoice = books.invoices(ada)[0]
    assert (invoice.status, invoice.carried_over_minor, books.kept_minor(ada)) == (InvoiceStatus.PAID, 9_900, -9_900)
    with books.database.transaction() as session:
        assert view_balance(session, ada, BEGIN).balance == 500
    books.come_due(END)
    assert (books.answer(END), books.kept_minor(ada), books.paid_minor(ada)) == (1, 0, 19_800)
    assert trouble(books) == []


def test_what_is_refused_again_and_again_is_owed_until_it_is_enough(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN)
    for month in range(4, 8):
        now = utc(f"2026-{month:02}-01 10:00")
        books.come_due(now)
        assert books.answer(now, decline=TOO_SMALL) == 1
    assert (books.kept_minor(ada), books.paid_minor(ada)) == (-4 * 9_900, 0)
    books.come_due(utc("2026-08-01 10:00"))
    assert (books.answer(utc("2026-08-01 10:00")), books.paid_minor(ada), books.kept_minor(ada)) == (1, 5 * 9_900, 0)
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert trouble(books) == []


def test_a_change_of_plan_is_made(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    before = books.subscription(subscription_id).price_id
    books.change(subscription_id, "growth", utc("2026-04-30 10:00"))
    assert books.answer(utc("2026-04-30 10:00"), decline=TOO_SMALL) == 1
    assert books.subscription(subscription_id).price_id != before
    assert (books.invoices(ada)[-1].status, books.kept_minor(ada) < 0) == (InvoiceStatus.PAID, True)
    assert trouble(books) == []


def test_who_was_dunned_with_a_card_that_declined_goes_on(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    books.come_due(END)
    books.answer(END, decline="insufficient_funds")
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
    books.give_card(ada, END)
    assert books.answer(END, decline=TOO_SMALL) == 1
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    with books.database.transaction() as session:
        assert session.scalars(select(Dunning.state)).all() == [DunningState.RECOVERED]


def test_an_automatic_purchase_is_owed_and_the_next_asks_for_both(books: Books, ada: UUID) -> None:
    """Credits are never for nothing, however often it is bought."""
    for count in (1, 2):
        with books.database.transaction() as session:
            set_top_up(session, ada, "starter", 500 * count - 1, 5, BEGIN)
        assert books.answer(BEGIN, decline=TOO_SMALL) == 1
    price = books.invoices(ada)[0].total_minor
    assert books.kept_minor(ada) == -2 * price
    with books.database.transaction() as session:
        set_top_up(session, ada, "starter", 1_499, 5, BEGIN)
    assert (books.answer(BEGIN), books.paid_minor(ada), books.kept_minor(ada)) == (1, 3 * price, 0)
    with books.database.transaction() as session:
        top_up = view_top_up(session, ada)
        assert view_balance(session, ada, BEGIN).balance == 1_500
    assert top_up is not None
    assert (top_up.invoice_id, top_up.stopped_at) == (None, None)
    assert [invoice.status for invoice in books.invoices(ada)] == [InvoiceStatus.PAID] * 3
    assert trouble(books) == []


@pytest.mark.parametrize("is_told_twice", [False, True])
def test_in_one_batch_with_a_payment_each_has_its_own_outcome(books: Books, ada: UUID, is_told_twice: bool) -> None:
    eve = books.open("Eve")
    books.give_card(eve, BEGIN)
    with books.database.transaction() as session:
        for account_id in (ada, eve):
            set_top_up(session, account_id, "starter", 400, 5, BEGIN)
        charges = select(PaymentAttempt).where(PaymentAttempt.kind == AttemptKind.CHARGE)
        first, second = session.scalars(charges.order_by(PaymentAttempt.id)).all()
    told = [answer(first, PaymentStatus.FAILED, failure_code=TOO_SMALL), answer(second, PaymentStatus.CAPTURED)]
    with books.database.transaction() as session:
        record_outcomes(session, told * (1 + is_told_twice), Wall(BEGIN))
    assert (books.kept_minor(ada) < 0, books.paid_minor(ada)) == (True, 0)
    assert (books.kept_minor(eve), books.paid_minor(eve) > 0) == (0, True)
