"""A customer upgrades, then downgrades; what was paid too much is kept and pays for a part of the next month."""

from sqlalchemy import text

from database.engine import Database
from stack.shopper import Shopper
from tests.scenarios.subscriptions import Json, Subscriber, assert_in_order


def test_kept_money_of_a_downgrade_is_used_by_the_next_renewal(shopper: Shopper, stack_books: Database) -> None:
    """April has thirty days: fifteen on Starter, eight on Scale, seven on Growth."""
    ursula = Subscriber(shopper, "Ursula", "2026-04-01 10:00")
    ursula.use_card()
    subscription_id = ursula.subscribe("starter")
    assert ursula.credits() == 500

    ursula.live_until("2026-04-16 10:00")
    to_scale = _preview(ursula, subscription_id, "scale")
    assert (to_scale["when"], to_scale["due_minor"], to_scale["credits_granted"]) == ("now", 14_950 - 4_950, 1_750)
    ursula.change_plan(subscription_id, "scale")
    assert ursula.credits() == 500 + 1_750

    ursula.live_until("2026-04-24 10:00")
    to_growth = _preview(ursula, subscription_id, "growth", when="now")
    assert (to_growth["due_minor"], to_growth["kept_minor"], to_growth["credits_revoked"]) == (0, 6_977 - 4_643, 583)
    ursula.change_plan(subscription_id, "growth", when="now")
    assert (ursula.subscription(subscription_id)["plan"], ursula.credits()) == ("growth", 2_250 - 583)

    ursula.live_until("2026-05-01 10:00")
    assert ursula.bills() == [
        ("2026-04-01", "paid", 9_900), ("2026-04-16", "paid", 10_000),
        ("2026-04-24", "paid", 0), ("2026-05-01", "paid", 19_900),
    ]  # fmt: skip
    assert _captured(stack_books, ursula) == [9_900, 10_000, 19_900 - 2_334]
    assert ursula.credits() == 1_500
    received = ["Payment received: INV-2026-04-"] * 2
    ursula.awaits_mail("Your Starter subscription is active", *received, "Your Growth subscription was renewed")
    assert_in_order(stack_books)


def _preview(subscriber: Subscriber, subscription_id: str, plan: str, **fields: object) -> Json:
    """What the change would cost at this moment."""
    body = {"subscription_id": subscription_id, "plan": {"plan": plan}, **fields}
    return subscriber.shopper.ask("/v1/billing/subscriptions/preview/", body)


def _captured(books: Database, subscriber: Subscriber) -> list[int]:
    captured = text("""SELECT amount_minor FROM payment_attempts
                       WHERE account_id = :account AND status = 'captured' ORDER BY id""")
    with books.transaction() as session:
        return list(session.scalars(captured, {"account": subscriber.account_id}))
