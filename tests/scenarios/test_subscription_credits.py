"""What a subscriber does with the monthly credits."""

from database.engine import Database
from stack.shopper import Shopper
from tests.scenarios.storytelling import eventually
from tests.scenarios.subscriptions import Subscriber, assert_in_order

CONSUME = "/v1/billing/credits/consume/"


def test_monthly_credits_expire_and_a_low_balance_is_told_once(shopper: Shopper, stack_books: Database) -> None:
    mona = Subscriber(shopper, "Mona", "2026-01-10 10:00")
    mona.use_card()
    mona.subscribe("starter")
    mona.tell("/v1/billing/credits/balance-watch/", warn_below=100)
    assert mona.tell(CONSUME, amount=420)["balance"] == 80
    assert mona.tell(CONSUME, amount=10)["balance"] == 70
    mona.awaits_mail("Your Starter subscription is active", "Your credits are running low")

    mona.live_until("2026-02-10 10:00")
    assert mona.credits() == 500, "seventy were left, and are not carried over"
    mona.awaits_mail(
        "Your Starter subscription is active", "Your credits are running low", "Your Starter subscription was renewed"
    )
    assert_in_order(stack_books)


def test_a_low_balance_is_topped_up_by_the_saved_card(shopper: Shopper, stack_books: Database) -> None:
    theo = Subscriber(shopper, "Theo", "2026-01-10 10:00")
    theo.use_card()
    theo.subscribe("starter")
    theo.tell("/v1/billing/credits/auto-top-up/", package="starter", top_up_below=50, monthly_max=1)
    theo.tell(CONSUME, amount=460)
    eventually(lambda: theo.credits() == 540, "a package to be bought")
    theo.tell(CONSUME, amount=500)
    assert theo.credits() == 40, "one a month, as was agreed"

    theo.live_until("2026-02-10 10:00")
    assert theo.credits() == 540, "bought credits stay, and new ones come each month"
    assert theo.bills() == [("2026-01-10", "paid", 9_900), ("2026-01-10", "paid", 999), ("2026-02-10", "paid", 9_900)]
    received = "Automatic top-up, payment received: INV-2026-01-"
    theo.awaits_mail("Your Starter subscription is active", received, "Your Starter subscription was renewed")
    assert_in_order(stack_books)
