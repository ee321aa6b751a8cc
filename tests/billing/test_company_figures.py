"""The company's figures: what was billed, received, returned, refused, granted and used in a time."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from billing.accounts.suspend import suspend_account
from billing.overview.dashboard import Part, show_dashboard
from database.engine import Database
from schemas.views.dashboard import CreditFiguresView, DashboardView, FailedPaymentsView, RevenueView
from tests.billing.money_back import MoneyBack, refunded
from tests.billing.subscribers import Books, utc

APRIL, MAY, JUNE = (utc(f"2026-0{month}-01 00:00") for month in (4, 5, 6))
# what is stamped by the database's clock
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _shown(database: Database, since: datetime, until: datetime, by: Part = "day") -> DashboardView:
    with database.transaction() as session:
        return show_dashboard(session, since, until, by, datetime.now(UTC))


def test_revenue_is_what_was_billed_and_what_came_and_went(back: MoneyBack) -> None:
    """Two packages for 29.99 on the first of April, of which 10.00 go back, 5.00 are kept for the customer."""
    database = back.books.database
    payment_id, _ = back.buy(), back.buy()
    refund_id = back.ask(payment_id, 1_000)
    back.answer(refund_id, refunded("re_1", 1_000, refund_id))
    back.credit(1, 500)
    april = _shown(database, APRIL, MAY)
    assert april.revenue == [
        RevenueView(currency="USD", billed_minor=5_998 - 1_500, received_minor=5_998, returned_minor=1_000)
    ]
    assert [day.revenue for day in april.series] == [april.revenue, *[[]] * 29]
    assert april.series[0].starts_at == APRIL
    assert _shown(database, MAY, JUNE).revenue == []


def test_test_clocks_are_in_none_of_the_figures(back: MoneyBack, books_of_owner: Database) -> None:
    back.buy()
    back.books.subscribe(back.account_id, back.now)
    with books_of_owner.transaction() as session:
        clock = "INSERT INTO test_clocks (id, name, frozen_at, target_at) SELECT id, 'x', now(), now() FROM accounts"
        session.execute(text(clock))
        session.execute(text("UPDATE accounts SET clock_id = id"))
        session.execute(text("UPDATE subscriptions SET clock_id = account_id"))
    for since in (APRIL, TODAY):
        shown = _shown(back.books.database, since, since + timedelta(days=1))
        assert (shown.revenue, shown.failed_payments, shown.subscriptions, shown.mrr) == ([], [], {}, [])
        assert (shown.accounts.active, shown.accounts.new) == (0, 0)
        assert shown.credits == CreditFiguresView(issued=0, used=0)


def test_accounts_and_subscriptions_are_counted_as_they_are(books: Books, ada: UUID) -> None:
    others = [books.open(f"Customer {number}") for number in range(3)]
    with books.database.transaction() as session:
        suspend_account(session, others[0], "fraud", TODAY)
        session.execute(
            text("UPDATE accounts SET created_at = :at WHERE id = :id"), {"at": TODAY - timedelta(days=1), "id": ada}
        )
    books.subscribe(ada, APRIL, trial_days=14)
    active_id = books.subscribe(ada, APRIL, plan="growth")
    books.answer(APRIL)
    shown = _shown(books.database, TODAY - timedelta(days=1), TODAY + timedelta(days=1))
    counted = shown.accounts
    assert (counted.active, counted.suspended, counted.closed, counted.new) == (3, 1, 0, 4)
    assert [day.new_accounts for day in shown.series] == [1, 3]
    assert shown.subscriptions == {"active": 1, "trialing": 1}
    assert [(view.closing_minor, view.new_minor, view.accounts) for view in shown.mrr] == [(19_900, 19_900, 0)]
    assert [view.closing_minor for day in shown.series for view in day.mrr] == [0, 19_900]
    books.cancel(active_id, APRIL)
    assert _shown(books.database, TODAY, TODAY + timedelta(days=1)).mrr[0].closing_minor == 0


def test_failed_payments_and_credits_of_the_day(books: Books, ada: UUID) -> None:
    books.subscribe(ada, APRIL)
    books.answer(APRIL, decline="card_declined")
    back = MoneyBack(books, ada)
    back.buy()
    back.use(300)
    today = _shown(books.database, TODAY, TODAY + timedelta(days=1), "day")
    assert today.failed_payments == [FailedPaymentsView(currency="USD", count=1, amount_minor=9_900)]
    assert today.credits == CreditFiguresView(issued=2_000, used=300)
    assert today.series[0].credits == today.credits
    month = TODAY.replace(day=1)
    by_month = _shown(books.database, month, (month + timedelta(days=31)).replace(day=1), "month")
    assert (by_month.credits, len(by_month.series)) == (today.credits, 1)


def test_what_an_overdraft_lets_one_use_is_used(books: Books, ada: UUID) -> None:
    with books.database.transaction() as session:
        session.execute(text("UPDATE accounts SET credit_overdraft_max = 50"))
    MoneyBack(books, ada).use(40)
    today = _shown(books.database, TODAY, TODAY + timedelta(days=1))
    assert today.credits == CreditFiguresView(issued=0, used=40)


def test_months_are_made_of_their_days(back: MoneyBack, books_of_owner: Database) -> None:
    """What was received in the last moment of March is none of April's."""
    back.buy()
    back.buy()
    with books_of_owner.transaction() as session:
        first = "(SELECT id FROM receipts ORDER BY id LIMIT 1)"
        moved = f"UPDATE receipts SET received_at = '2026-03-31T23:59:59.999999Z' WHERE id = {first}"  # noqa: S608 - our own words
        session.execute(text(moved))
    months = _shown(back.books.database, utc("2026-03-01 00:00"), MAY, "month").series
    assert [[each.received_minor for each in month.revenue] for month in months] == [[2_999], [2_999]]
