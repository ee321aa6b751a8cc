"""Who subscribes on the 31st pays on the last day of shorter months, and on the 31st again where there is one."""

from database.engine import Database
from stack.shopper import Shopper
from tests.scenarios.subscriptions import Subscriber, assert_in_order


def test_the_31st_comes_back_after_february(shopper: Shopper, stack_books: Database) -> None:
    lena = Subscriber(shopper, "Lena", "2026-01-31 10:00")
    lena.use_card()
    subscription_id = lena.subscribe("growth")
    lena.live_until("2026-05-01 00:00")
    assert [(day, status) for day, status, _ in lena.bills()] == [
        ("2026-01-31", "paid"), ("2026-02-28", "paid"), ("2026-03-31", "paid"), ("2026-04-30", "paid"),
    ]  # fmt: skip
    assert lena.subscription(subscription_id)["period_end"] == "2026-05-31T10:00:00Z"
    assert lena.credits() == 1_500, "those of the months before have expired"
    renewed = ["Your Growth subscription was renewed"] * 3
    lena.awaits_mail("Your Growth subscription is active", *renewed)
    assert_in_order(stack_books)
