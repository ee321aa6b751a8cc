"""A trial turns into a paid subscription; the customer saved a card on the hosted page in between."""

from database.engine import Database
from stack.shopper import Shopper
from tests.scenarios.storytelling import eventually
from tests.scenarios.subscriptions import Subscriber, assert_in_order


def test_a_trial_of_fourteen_days_is_paid_on_its_last(shopper: Shopper, stack_books: Database) -> None:
    tilda = Subscriber(shopper, "Tilda", "2026-03-01 09:00")
    subscription_id = tilda.subscribe("growth", trial_days=14)
    assert tilda.subscription(subscription_id)["status"] == "trialing"
    assert (tilda.bills(), tilda.credits()) == ([], 0)

    page = tilda.tell(
        "/v1/billing/stripe/card-setup/", success_url="https://app.example/ok", cancel_url="https://app.example/no"
    )
    assert shopper.pay(page["checkout_url"]) == 303
    cards = "/v1/billing/payment-methods/"
    eventually(lambda: shopper.get(cards, account_id=tilda.account_id)["data"], "the card to be saved")

    tilda.live_until("2026-03-15 08:59")
    assert (tilda.subscription(subscription_id)["status"], tilda.bills()) == ("trialing", [])

    tilda.live_until("2026-03-15 09:00")
    paid = tilda.subscription(subscription_id)
    assert (paid["status"], paid["period_end"]) == ("active", "2026-04-15T09:00:00Z")
    assert tilda.bills() == [("2026-03-15", "paid", 19_900)]
    assert tilda.credits() == 1_500
    tilda.awaits_mail(
        "Your Growth trial has started",
        "Your Growth trial ends on 15 March 2026",
        "Your Growth subscription was renewed",
    )
    assert_in_order(stack_books)
