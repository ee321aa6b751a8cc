"""A card stops paying: it recovers, it is replaced, or the subscription ends. Tries come after 1, 3, 5 and 7 days."""

from database.engine import Database
from stack.shopper import Shopper
from tests.scenarios.storytelling import eventually
from tests.scenarios.subscriptions import Subscriber, assert_in_order

ACTIVE = "Your Starter subscription is active"
FAILED = "Payment failed for your Starter subscription"
RENEWED = "Your Starter subscription was renewed"


def test_a_card_that_pays_again_three_days_later(shopper: Shopper, stack_books: Database) -> None:
    rita = Subscriber(shopper, "Rita", "2026-05-04 10:00")
    card = rita.use_card()
    subscription_id = rita.subscribe("starter")
    rita.card_declines(card, "insufficient_funds")
    rita.live_until("2026-06-05 12:00")
    assert rita.subscription(subscription_id)["status"] == "past_due"
    assert rita.bills() == [("2026-05-04", "paid", 9_900), ("2026-06-04", "pending", 9_900)]
    assert rita.credits() == 0, "no new credits before the money"
    rita.awaits_mail(ACTIVE, FAILED, FAILED)

    rita.card_declines(card, None)
    rita.live_until("2026-06-07 10:00")
    recovered = rita.subscription(subscription_id)
    assert (recovered["status"], recovered["period_end"]) == ("active", "2026-07-04T10:00:00Z")
    assert (rita.bills()[1], rita.credits()) == (("2026-06-04", "paid", 9_900), 500)
    rita.awaits_mail(ACTIVE, FAILED, FAILED, RENEWED)
    assert rita.mails()[-1] == RENEWED, "nobody is told of a failure after the payment"
    assert_in_order(stack_books)


def test_a_card_that_never_pays_again(shopper: Shopper, stack_books: Database) -> None:
    otto = Subscriber(shopper, "Otto", "2026-05-04 10:00")
    card = otto.use_card()
    subscription_id = otto.subscribe("starter")
    otto.card_declines(card, "insufficient_funds")
    otto.live_until("2026-06-20 00:00")
    ended = otto.subscription(subscription_id)
    assert (ended["status"], ended["ended_at"]) == ("canceled", "2026-06-11T10:00:00Z")
    assert otto.bills() == [("2026-05-04", "paid", 9_900), ("2026-06-04", "uncollectible", 9_900)]
    assert otto.credits() == 0
    last = "Payment failed: your Starter subscription ends on 11 June 2026"
    otto.awaits_mail(ACTIVE, FAILED, FAILED, FAILED, FAILED, last, "Your Starter subscription has ended")
    assert_in_order(stack_books)


def test_a_replaced_card_is_charged_at_once(shopper: Shopper, stack_books: Database) -> None:
    """The old card has expired, so no try of it is planned; nobody turns the clock until the new one has paid."""
    nina = Subscriber(shopper, "Nina", "2026-05-04 10:00")
    card = nina.use_card()
    subscription_id = nina.subscribe("starter")
    nina.card_declines(card, "expired_card")
    nina.live_until("2026-06-06 10:00")
    assert nina.subscription(subscription_id)["status"] == "past_due"
    nina.awaits_mail(ACTIVE, "Payment failed: please add another card")

    nina.use_card("5555555555554444")
    eventually(lambda: nina.subscription(subscription_id)["status"] == "active", "the new card to be charged")
    assert nina.bills() == [("2026-05-04", "paid", 9_900), ("2026-06-04", "paid", 9_900)]
    assert nina.invoices()[1]["paid_at"] == "2026-06-06T10:00:00Z"
    assert nina.credits() == 500
    nina.awaits_mail(ACTIVE, "Payment failed: please add another card", RENEWED)
    assert_in_order(stack_books)
