"""A change of plan that costs something begins when it is paid for; until then the old plan runs on untouched."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from billing.catalog.tables import Interval
from billing.credits.queries import view_balance
from billing.invoices.tables import InvoiceStatus
from billing.payments.tables import AttemptStatus
from billing.receipts.tables import Receipt, ReceiptRemark
from billing.subscriptions.tables import SubscriptionPeriod
from billing.usage.consume import consume_credits
from tests.billing.fickle import stock
from tests.billing.standing import credits_of, dunnings, mails, plan_of, publish, shown, state_of
from tests.billing.subscribers import Books, utc

UNKNOWN = AttemptStatus.UNKNOWN
BEGIN, HALF, END = utc("2026-04-01 10:00"), utc("2026-04-16 10:00"), utc("2026-05-01 10:00")
A_DAY_LATER = HALF + timedelta(hours=23)


def test_a_dearer_plan_begins_when_it_is_paid(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    assert (plan_of(books, april), credits_of(books, ada, HALF)) == ("starter", 500)
    waiting = shown(books, april)["pending_change"]
    assert (waiting["plan"], waiting["interval"], waiting["expires_at"]) == ("growth", "month", A_DAY_LATER)
    assert waiting["invoice_id"] == books.invoices(ada)[-1].id

    books.answer(HALF)
    assert (plan_of(books, april), credits_of(books, ada, HALF)) == ("growth", 500 + 500)
    assert shown(books, april)["pending_change"] is None
    assert books.subscription(april).period_end == END


def test_a_declined_change_leaves_everything_as_it_was(books: Books, ada: UUID, april: UUID) -> None:
    """No dunning, no state, no credits; a mail. After 23 hours the invoice is void, with a mail; May is Starter."""
    before = state_of(books, april)
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    assert state_of(books, april) == before
    assert (dunnings(books), mails(books, "plan_change_unpaid"), mails(books, "payment_failed")) == (0, 1, 0)
    assert plan_of(books, april) == "starter"

    assert books.expire_changes(A_DAY_LATER - timedelta(seconds=1)) == 0
    assert books.expire_changes(A_DAY_LATER) == 1
    assert books.expire_changes(A_DAY_LATER) == 0
    assert [invoice.status for invoice in books.invoices(ada)] == [InvoiceStatus.PAID, InvoiceStatus.VOID]
    assert (state_of(books, april), mails(books, "plan_change_dropped")) == (before, 1)
    assert shown(books, april)["pending_change"] is None

    books.come_due(END)
    books.answer(END)
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [9_900, 5_000, 9_900]
    assert (books.paid_minor(ada), books.kept_minor(ada), credits_of(books, ada, END)) == (19_800, 0, 500)


def test_a_bank_that_asks_to_confirm_is_a_change_that_is_not_paid(books: Books, april: UUID) -> None:
    before = state_of(books, april)
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="authentication_required")
    assert (state_of(books, april), dunnings(books), mails(books, "plan_change_unpaid")) == (before, 0, 1)


def test_another_card_within_the_day_pays_for_it(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="stolen_card")
    evening = HALF + timedelta(hours=9)
    books.give_card(ada, evening)
    assert books.answer(evening) == 1
    assert (plan_of(books, april), books.paid_minor(ada)) == ("growth", 9_900 + 5_000)
    assert books.expire_changes(A_DAY_LATER) == 0


def test_another_card_that_was_named_during_the_charge_is_tried_at_once(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    books.give_card(ada, HALF)
    books.answer(HALF, decline="stolen_card")
    assert books.answer(HALF) == 1
    assert plan_of(books, april) == "growth"


def test_another_card_after_the_day_charges_nothing(books: Books, ada: UUID, april: UUID) -> None:
    """Neither before the sweep nor after it."""
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="stolen_card")
    books.give_card(ada, A_DAY_LATER)
    assert books.answer(A_DAY_LATER) == 0
    books.expire_changes(A_DAY_LATER)
    books.give_card(ada, A_DAY_LATER)
    assert (books.answer(A_DAY_LATER), plan_of(books, april)) == (0, "starter")


def test_what_may_still_be_paid_is_waited_for(books: Books, ada: UUID, april: UUID) -> None:
    """The charge's outcome is not known for a day. Then it was captured after all, and the change is made as quoted."""
    books.change(april, "growth", HALF)
    books.send(HALF)
    assert books.expire_changes(A_DAY_LATER) == 0
    assert mails(books, "cancel_payment") == 1, "the gateway is asked to stop it"
    assert books.answer(A_DAY_LATER, status=UNKNOWN) == 1
    assert (plan_of(books, april), books.paid_minor(ada)) == ("growth", 14_900)


def test_a_renewal_waits_for_a_change_whose_charge_is_under_way(books: Books, ada: UUID, april: UUID) -> None:
    """Wished for ten hours before the period ends, paid an hour after: May is billed as Scale, and once."""
    books.change(april, "scale", END - timedelta(hours=10))
    books.send(END - timedelta(hours=10))
    late = END + timedelta(hours=1)
    assert (books.expire_changes(late), books.come_due(late)) == (0, 0)
    books.answer(late, status=UNKNOWN)
    assert (plan_of(books, april), books.come_due(late)) == ("scale", 1)
    books.answer(late)
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [9_900, 415 - 138, 29_900]
    assert books.subscription(april).period_start == END


def test_a_change_near_the_end_of_the_period_waits_no_longer_than_that(books: Books, ada: UUID, april: UUID) -> None:
    wished_at = END - timedelta(hours=10)
    books.change(april, "scale", wished_at)
    books.answer(wished_at, decline="insufficient_funds")
    assert shown(books, april)["pending_change"]["expires_at"] == END
    assert (books.expire_changes(END), books.come_due(END), books.answer(END)) == (1, 1, 1)
    assert (plan_of(books, april), books.paid_minor(ada)) == ("starter", 19_800)


def test_money_that_comes_for_the_void_invoice_is_kept(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    books.expire_changes(A_DAY_LATER)
    books.capture_late(A_DAY_LATER)
    assert (plan_of(books, april), books.kept_minor(ada), credits_of(books, ada, HALF)) == (
        "starter",
        5_000,
        500,
    )
    with books.database.transaction() as session:
        remarks = session.scalars(select(Receipt.remark).where(Receipt.remark != ReceiptRemark.NONE)).all()
    assert remarks == [ReceiptRemark.INVOICE_VOID]


def test_kept_money_that_was_used_for_it_comes_back(books: Books, ada: UUID) -> None:
    """Growth to Starter keeps 50.00; Scale would cost 100.00, half of it by card, which declines."""
    subscription_id = books.subscribe(ada, BEGIN, "growth")
    books.answer(BEGIN)
    books.change(subscription_id, "starter", HALF, when="now")
    assert (plan_of(books, subscription_id), books.kept_minor(ada)) == ("starter", 5_000)
    books.change(subscription_id, "scale", HALF)
    assert books.kept_minor(ada) == 0
    books.answer(HALF, decline="insufficient_funds")
    books.expire_changes(A_DAY_LATER)
    assert (plan_of(books, subscription_id), books.kept_minor(ada)) == ("starter", 5_000)


def test_what_kept_money_covers_is_made_at_once(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN, "growth")
    books.answer(BEGIN)
    books.change(subscription_id, "starter", HALF, when="now")
    books.change(subscription_id, "growth", HALF)
    assert (plan_of(books, subscription_id), books.answer(HALF)) == ("growth", 0)


def test_by_transfer_a_change_begins_at_once(books: Books, ada: UUID) -> None:
    """Free to begin with, so that nothing is open when the change is wished for."""
    stock(books)
    subscription_id = books.subscribe(ada, BEGIN, "free", pay_by="transfer")
    books.change(subscription_id, "growth", HALF)
    assert books.invoices(ada)[-1].status is InvoiceStatus.PENDING
    assert plan_of(books, subscription_id) == "growth"
    assert shown(books, subscription_id)["pending_change"] is None


def test_what_was_planned_before_stays_planned(books: Books, ada: UUID) -> None:
    """Growth, to go down to Starter with May; then Scale is wished for, and not paid."""
    subscription_id = books.subscribe(ada, BEGIN, "growth")
    books.answer(BEGIN)
    books.change(subscription_id, "starter", BEGIN)
    books.change(subscription_id, "scale", HALF)
    books.answer(HALF, decline="insufficient_funds")
    assert shown(books, subscription_id)["next_plan"] == "starter"
    books.expire_changes(A_DAY_LATER)
    books.come_due(END)
    assert (plan_of(books, subscription_id), books.invoices(ada)[-1].total_minor) == ("starter", 9_900)


def test_what_was_planned_before_is_over_when_the_change_is_paid(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN, "growth")
    books.answer(BEGIN)
    books.change(subscription_id, "starter", BEGIN)
    books.change(subscription_id, "scale", HALF)
    books.answer(HALF)
    assert (plan_of(books, subscription_id), shown(books, subscription_id)["next_plan"]) == ("scale", None)


def test_a_year_counts_from_the_instant_of_the_quote(books: Books, ada: UUID, april: UUID) -> None:
    """Declined at half time, paid nine hours later by another card: the year is the one that was previewed."""
    books.change(april, "starter", HALF, interval="year")
    before = books.subscription(april)
    assert (before.interval, before.period_end, before.anchor) == (Interval.MONTH, END, BEGIN)
    books.answer(HALF, decline="insufficient_funds")
    evening = HALF + timedelta(hours=9)
    books.give_card(ada, evening)
    books.answer(evening)
    year = books.subscription(april)
    assert (year.interval, year.anchor, year.period_start) == (Interval.YEAR, HALF, HALF)
    assert (year.period_end, year.due_at) == (utc("2027-04-16 10:00"), utc("2027-04-16 10:00"))
    assert books.invoices(ada)[-1].total_minor == 99_000 - 4_950
    with books.database.transaction() as session:
        begun = session.scalars(select(SubscriptionPeriod.invoice_id).order_by(SubscriptionPeriod.period_start)).all()
        balance = view_balance(session, ada, evening)
    assert begun == [invoice.id for invoice in books.invoices(ada)]
    assert (balance.balance, balance.next_expiry_at) == (500 + 5_750, year.period_end)


def test_a_year_that_is_not_paid_spends_no_discount(books: Books, ada: UUID) -> None:
    stock(books)
    subscription_id = books.subscribe(ada, BEGIN, coupon="HALF")
    books.answer(BEGIN)
    before = state_of(books, subscription_id)
    books.change(subscription_id, "starter", HALF, interval="year")
    books.answer(HALF, decline="insufficient_funds")
    books.expire_changes(A_DAY_LATER)
    assert state_of(books, subscription_id) == before
    books.come_due(END)
    assert books.invoices(ada)[-1].total_minor == 4_950
    assert books.subscription(subscription_id).discount_periods == 1


def test_credits_are_taken_back_when_the_plan_begins(books: Books, ada: UUID, april: UUID) -> None:
    """A dearer plan with fewer credits: 250 of April's 500 are taken back when it is paid, and not before."""
    publish(books, "bare", 39_900, 0)
    books.change(april, "bare", HALF)
    assert credits_of(books, ada, HALF) == 500
    books.answer(HALF)
    assert (plan_of(books, april), credits_of(books, ada, HALF)) == ("bare", 250)


def test_credits_that_were_used_meanwhile_stay_used(books: Books, ada: UUID, april: UUID) -> None:
    publish(books, "bare", 39_900, 0)
    books.change(april, "bare", HALF)
    with books.database.transaction() as session:
        consume_credits(session, ada, 400, "use/400", "", HALF)
    books.answer(HALF)
    assert (plan_of(books, april), credits_of(books, ada, HALF)) == ("bare", 0)
