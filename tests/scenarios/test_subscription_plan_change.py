"""A customer upgrades, then downgrades; what was paid too much is kept and pays for a part of the next month."""

import pytest
from sqlalchemy import text

from database.engine import Database
from stack.errors import StackError
from stack.shopper import Shopper
from tests.scenarios.storytelling import eventually
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
    received = ["Payment received: INV-2026-04-", "Nothing to pay: INV-2026-04-"]
    ursula.awaits_mail("Your Starter subscription is active", *received, "Your Growth subscription was renewed")
    assert_in_order(stack_books)


def test_a_dearer_plan_that_is_not_paid_for_leaves_the_paid_one_alone(shopper: Shopper, stack_books: Database) -> None:
    """Vera's bank says no for a day, and May is Starter. Another card pays for Growth in May."""
    vera = Subscriber(shopper, "Vera", "2026-04-01 10:00")
    card_ref = vera.use_card()
    subscription_id = vera.subscribe("starter")
    vera.live_until("2026-04-16 10:00")
    vera.card_declines(card_ref, "insufficient_funds")
    assert _preview(vera, subscription_id, "growth")["change"] == "pending"
    with pytest.raises(StackError, match="not_a_downgrade"):
        vera.ask(subscription_id, "downgrade", plan={"plan": "growth"})
    wished = vera.ask(subscription_id, "upgrade", plan={"plan": "growth"})
    assert (wished["change"], wished["plan"]) == ("pending", "starter")
    assert wished["pending_change"]["expires_at"] == "2026-04-17T09:00:00Z"

    vera.live_until("2026-04-20 10:00")
    assert vera.bills() == [("2026-04-01", "paid", 9_900), ("2026-04-16", "void", 5_000)]
    after = vera.subscription(subscription_id)
    assert (after["status"], after["plan"], after["pending_change"]) == ("active", "starter", None)
    assert vera.credits() == 500
    vera.awaits_mail(
        "Your Starter subscription is active", "Payment failed: your change to Growth is waiting",
        "Your change to Growth was not made",
    )  # fmt: skip

    vera.card_declines(card_ref, None)
    vera.live_until("2026-05-01 10:00")
    vera.card_declines(card_ref, "insufficient_funds")
    vera.ask(subscription_id, "change-plan", plan={"plan": "growth"})
    vera.use_card()
    eventually(lambda: vera.subscription(subscription_id)["plan"] == "growth", "the other card to pay for it")
    assert vera.credits() == 1_500
    assert [bill[1:] for bill in vera.bills()[2:]] == [("paid", 9_900), ("paid", 10_000)]
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
