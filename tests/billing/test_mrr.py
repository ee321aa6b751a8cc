"""What subscriptions bring in a month, as movements: every change of one moves it, and the sum is proved."""

from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from billing.accounts.tables import Account
from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.clocks.create import create_clock
from billing.clocks.wall import Wall
from billing.cycle.services.add_service import add_service
from billing.cycle.services.remove_service import remove_service
from billing.invariants import mrr_is_proved
from billing.money import Money
from billing.subscriptions.tables import MrrMovement
from database.engine import Database
from database.ids import uuid7
from schemas.commands.subscriptions import AddService, RemoveService
from tests.billing.subscribers import Books, utc

APRIL = utc("2026-04-01 10:00")


class Meter:
    """What is written of one account's subscriptions, and whether it is proved."""

    def __init__(self, books: Books, account_id: UUID) -> None:
        self.books = books
        self.account_id = account_id

    def movements(self) -> list[int]:
        """In their order, in minor units."""
        with self.books.database.transaction() as session:
            moved = select(MrrMovement.amount_minor).where(MrrMovement.account_id == self.account_id)
            return list(session.scalars(moved.order_by(MrrMovement.id)))

    def doubts(self) -> list[str]:
        """What the invariant says."""
        with self.books.database.transaction() as session:
            return mrr_is_proved.ask(session)


@pytest.fixture
def recurring(books: Books, ada: UUID) -> Meter:
    """Ada's."""
    return Meter(books, ada)


def test_a_subscription_begins_grows_shrinks_pauses_and_ends(recurring: Meter) -> None:
    """Starter for 99.00, Growth for 199.00, back to Starter with the next period; all in cents."""
    books = recurring.books
    subscription_id = books.subscribe(recurring.account_id, APRIL)
    assert recurring.movements() == [], "nothing before it is paid"
    books.answer(APRIL)
    assert recurring.movements() == [9_900]
    books.change(subscription_id, "growth", utc("2026-04-16 10:00"))
    books.answer(utc("2026-04-16 10:00"))
    assert recurring.movements()[1:] == [10_000]
    books.change(subscription_id, "starter", utc("2026-04-17 10:00"))
    assert recurring.movements()[2:] == [], "it is chosen for the next period"
    may = books.subscription(subscription_id).period_end
    books.catch_up(may)
    books.answer(may)
    assert recurring.movements()[2:] == [-10_000]
    books.pause(subscription_id, may)
    books.resume(subscription_id, may)
    books.cancel(subscription_id, may)
    assert recurring.movements()[3:] == [-9_900, 9_900, -9_900]
    assert recurring.doubts() == []


def test_a_year_is_a_twelfth_and_a_renewal_moves_nothing(recurring: Meter) -> None:
    """990.00 a year: 82.50 a month."""
    recurring.books.subscribe(recurring.account_id, APRIL, plan="starter", interval="year")
    recurring.books.answer(APRIL)
    assert recurring.movements() == [8_250]
    recurring.books.catch_up(utc("2027-04-01 10:00"))
    recurring.books.answer(utc("2027-04-01 10:00"))
    assert recurring.movements() == [8_250]


def test_who_is_past_due_counts_until_it_ends(recurring: Meter) -> None:
    subscription_id = recurring.books.subscribe(recurring.account_id, APRIL)
    recurring.books.answer(APRIL)
    may = recurring.books.subscription(subscription_id).period_end
    recurring.books.catch_up(may)
    recurring.books.answer(may, decline="card_declined")
    assert str(recurring.books.subscription(subscription_id).status) == "past_due"
    assert recurring.movements() == [9_900]
    recurring.books.cancel(subscription_id, may)
    assert recurring.movements() == [9_900, -9_900]


@pytest.mark.parametrize(
    ("terms", "moved"),
    [
        (CouponTerms(percent_ppm=125_000, periods=2), [8_662, 1_238]),
        (CouponTerms(amount=Money(1_000, "USD"), periods=2), [8_900, 1_000]),
        (CouponTerms(amount=Money(15_000, "USD"), periods=2), [9_900]),
        (CouponTerms(percent_ppm=125_000, periods=0), [8_662]),
    ],
)
def test_a_discount_counts_while_it_lasts(recurring: Meter, terms: CouponTerms, moved: list[int]) -> None:
    """Starter for 99.00: an eighth, ten dollars, or all of it, for two months or for ever."""
    with recurring.books.database.transaction() as session:
        issue_coupon(session, "SPRING", terms)
    recurring.books.subscribe(recurring.account_id, APRIL, coupon="SPRING")
    recurring.books.answer(APRIL)
    for month in (5, 6, 7):
        recurring.books.catch_up(utc(f"2026-{month:02}-01 10:00"))
        recurring.books.answer(utc(f"2026-{month:02}-01 10:00"))
    assert recurring.movements() == moved
    assert recurring.doubts() == []


def test_services_by_the_month_count_and_those_sold_once_do_not(recurring: Meter) -> None:
    """Campaign Management is 199.00 a month."""
    services = ({"service": "campaign-management", "quantity": 2}, {"service": "setup-app"})
    subscription_id = recurring.books.subscribe(recurring.account_id, APRIL, services=services)
    recurring.books.answer(APRIL)
    assert recurring.movements() == [9_900 + 2 * 19_900]
    with recurring.books.database.transaction() as session:
        wanted = RemoveService(subscription_id=subscription_id, service="campaign-management")
        remove_service(session, wanted, str(uuid7()), utc("2026-04-16 10:00"))
    assert recurring.movements()[1:] == [-2 * 19_900]
    with recurring.books.database.transaction() as session:
        once_more = AddService(subscription_id=subscription_id, service="campaign-management")
        add_service(session, once_more, str(uuid7()), utc("2026-04-16 10:00"))
    assert recurring.movements()[2:] == [19_900]
    assert recurring.doubts() == []


def test_trials_and_test_clocks_bring_nothing(recurring: Meter) -> None:
    books, account_id = recurring.books, recurring.account_id
    trial_id = books.subscribe(account_id, APRIL, trial_days=14)
    assert recurring.movements() == []
    books.catch_up(utc("2026-04-15 10:00"))
    books.answer(utc("2026-04-15 10:00"))
    assert str(books.subscription(trial_id).status) == "active"
    assert recurring.movements() == [9_900]
    on_clock = books.open()
    with books.database.transaction() as session:
        clock_id = create_clock(session, uuid7(), "a year", APRIL, ("stripe", ""), Wall(APRIL))
        session.execute(update(Account).where(Account.id == on_clock).values(clock_id=clock_id))
    books.give_card(on_clock, APRIL)
    books.subscribe(on_clock, APRIL)
    books.answer(APRIL)
    assert Meter(books, on_clock).movements() == []
    assert recurring.doubts() == []


def test_many_that_are_written_at_once_are_all_counted(recurring: Meter) -> None:
    """As the renewal of a batch does it, and whoever mends rows by hand."""
    for _ in range(5):
        recurring.books.subscribe(recurring.account_id, APRIL)
    recurring.books.answer(APRIL)
    with recurring.books.database.transaction() as session:
        session.execute(text("UPDATE subscriptions SET status = 'paused', paused_at = now()"))
    assert recurring.movements() == [9_900] * 5 + [-9_900] * 5
    assert recurring.doubts() == []
    with recurring.books.database.transaction() as session:
        session.execute(
            text("UPDATE subscriptions SET status = 'active', paused_at = NULL, is_period_discounted = true")
        )
    assert recurring.movements()[10:] == [9_900] * 5, "discounted by nothing"


def test_movements_are_never_edited(recurring: Meter, books_of_owner: Database) -> None:
    recurring.books.subscribe(recurring.account_id, APRIL)
    recurring.books.answer(APRIL)
    for edit in ("UPDATE mrr_movements SET amount_minor = 1", "DELETE FROM mrr_movements", "TRUNCATE mrr_movements"):
        with pytest.raises(DBAPIError), books_of_owner.transaction() as session:
            session.execute(text(edit))
