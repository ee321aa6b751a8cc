"""A customer cancels, thinks again, and cancels for good."""

from database.engine import Database
from stack.shopper import Shopper
from tests.scenarios.subscriptions import Subscriber, assert_in_order


def test_a_cancellation_that_was_taken_back_renews_and_the_next_one_ends_it(
    shopper: Shopper, stack_books: Database
) -> None:
    carl = Subscriber(shopper, "Carl", "2026-06-10 10:00")
    carl.use_card()
    subscription_id = carl.subscribe("starter")

    canceled = carl.ask(subscription_id, "cancel")
    assert (canceled["status"], canceled["cancel_at_period_end"]) == ("active", True)
    carl.awaits_mail("Your Starter subscription is active", "Your Starter subscription ends on 10 July 2026")
    assert not carl.ask(subscription_id, "reactivate")["cancel_at_period_end"]

    carl.live_until("2026-07-10 10:00")
    assert carl.bills() == [("2026-06-10", "paid", 9_900), ("2026-07-10", "paid", 9_900)]

    carl.ask(subscription_id, "cancel")
    assert carl.credits() == 500, "what is paid for can be used until its end"
    carl.live_until("2026-08-11 00:00")
    ended = carl.subscription(subscription_id)
    assert (ended["status"], ended["ended_at"]) == ("canceled", "2026-08-10T10:00:00Z")
    assert (len(carl.bills()), carl.credits()) == (2, 0)
    carl.awaits_mail(
        "Your Starter subscription is active",
        "Your Starter subscription ends on 10 July 2026",
        "Your Starter subscription was renewed",
        "Your Starter subscription ends on 10 August 2026",
    )
    assert_in_order(stack_books)
