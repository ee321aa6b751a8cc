"""A customer pauses for twenty days and gets the rest of the month afterwards."""

from database.engine import Database
from stack.shopper import Shopper
from tests.scenarios.subscriptions import Subscriber, assert_in_order


def test_a_pause_moves_all_that_is_to_come(shopper: Shopper, stack_books: Database) -> None:
    paul = Subscriber(shopper, "Paul", "2026-09-01 10:00")
    paul.use_card()
    subscription_id = paul.subscribe("growth")
    paul.live_until("2026-09-11 10:00")
    paused = paul.ask(subscription_id, "pause", resumes_at="2026-10-01T10:00:00Z")
    assert (paused["status"], paused["resumes_at"]) == ("paused", "2026-10-01T10:00:00Z")

    paul.live_until("2026-10-20 12:00")
    resumed = paul.subscription(subscription_id)
    assert (resumed["status"], resumed["period_end"]) == ("active", "2026-10-21T10:00:00Z")
    assert paul.bills() == [("2026-09-01", "paid", 19_900)], "nothing is billed for the time of the pause"

    paul.ask(subscription_id, "pause")
    paul.live_until("2026-11-20 12:00")
    assert paul.subscription(subscription_id)["status"] == "paused", "without a day it waits to be resumed"
    assert paul.ask(subscription_id, "resume")["period_end"] == "2026-11-21T10:00:00Z"

    paul.live_until("2026-11-21 10:00")
    assert paul.bills() == [("2026-09-01", "paid", 19_900), ("2026-11-21", "paid", 19_900)]
    assert paul.subscription(subscription_id)["period_end"] == "2026-12-21T10:00:00Z"
    assert paul.credits() == 1_500
    paused_mail = ["Your Growth subscription is paused"] * 2
    paul.awaits_mail("Your Growth subscription is active", *paused_mail, "Your Growth subscription was renewed")
    assert_in_order(stack_books)
