"""Migrating subscriptions while their customers change plans."""

from concurrent.futures import ThreadPoolExecutor

from billing.catalog.plans import find_terms
from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.cycle.renewal.migrate import migrate_subscriptions
from billing.subscriptions.queries import lock_subscription
from database.engine import Database
from tests.billing.subscribers import Books, utc
from tests.billing.waiting import await_waiting


def test_a_change_of_plan_that_a_migration_waited_for_stays(database: Database) -> None:
    books = Books(database)
    account_id = books.open()
    books.give_card(account_id, utc("2026-01-15 09:00"))
    running = books.subscribe(account_id, utc("2026-01-15 10:00"))
    books.answer(utc("2026-01-15 10:00"))
    with database.transaction() as session:
        publish_plan(session, "starter", "Starter", PlanContent(700, {("USD", Interval.MONTH): 10_900}))
        scale = find_terms(session, "scale", Interval.MONTH, "USD")

    def migrate() -> int:
        with database.transaction() as session:
            return migrate_subscriptions(session, "starter")

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            subscription = lock_subscription(session, running)
            migrated = pool.submit(migrate)
            await_waiting(database)
            subscription.price_id = scale.price_id
        assert migrated.result() == 0
    assert books.subscription(running).next_price_id is None
