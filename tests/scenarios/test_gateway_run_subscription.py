"""Stripe runs the cycle; our books follow, whatever the customer does in its portal and whichever webhooks are lost."""

from typing import Any

import requests

from database.engine import Database
from stack.shopper import Shopper
from tests.canaries import CALL
from tests.scenarios.storytelling import eventually
from tests.scenarios.subscriptions import Subscriber, assert_in_order

RETURN = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
Json = dict[str, Any]


def test_a_year_begun_on_the_hosted_page_and_ended_in_the_portal(shopper: Shopper, stack_books: Database) -> None:
    paula = Subscriber(shopper, "Paula", "2026-01-31 10:00")
    page = paula.tell("/v1/billing/stripe/subscription-checkout/", plan={"plan": "starter"}, **RETURN)
    subscription_id = str(page["subscription_id"])
    assert paula.subscription(subscription_id)["status"] == "incomplete"
    assert shopper.pay(page["checkout_url"]) == 303
    eventually(lambda: paula.bills() == [("2026-01-31", "paid", 9_900)], "the first payment")
    assert (paula.subscription(subscription_id)["status"], paula.credits()) == ("active", 500)

    paula.live_until("2026-02-28 12:00")
    assert paula.bills()[1:] == [("2026-02-28", "paid", 9_900)]
    assert paula.subscription(subscription_id)["period_end"] == "2026-03-31T10:00:00Z"
    assert paula.credits() == 500

    # half of March is left; somebody else has asked for the larger plan before, so the portal offers it
    paula.live_until("2026-03-15 22:00")
    _visit_page_of(shopper, "growth")
    ref, growth = _known_as(shopper, subscription_id), _price(shopper, 19_900)
    wanted = {"price": growth, "proration_behavior": "always_invoice"}
    shopper.sandbox("POST", f"/sandbox/portal/{ref}/change-plan", wanted)
    eventually(lambda: len(paula.bills()) == 3 and paula.bills()[2][1] == "paid", "the change to be billed")
    assert paula.subscription(subscription_id)["plan"] == "growth"
    assert paula.bills()[2] == ("2026-03-15", "paid", 5_000)
    assert paula.credits() == 1_000

    # the news of the cancellation is lost
    shopper.sandbox("POST", "/sandbox/faults", {"kind": "drop"})
    shopper.sandbox("POST", f"/sandbox/portal/{ref}/cancel")
    assert paula.subscription(subscription_id)["cancel_at_period_end"] is False
    assert paula.ask(subscription_id, "sync-from-stripe")["cancel_at_period_end"] is True
    shopper.sandbox("DELETE", "/sandbox/faults")

    paula.live_until("2026-04-01 10:00")
    ended = paula.subscription(subscription_id)
    assert (ended["status"], ended["ended_at"], paula.credits()) == ("canceled", "2026-03-31T10:00:00Z", 0)
    assert len(paula.bills()) == 3
    paula.awaits_mail(
        "Your Starter subscription is active",
        "Your Starter subscription was renewed",
        "Payment received",
        "Your Growth subscription",
    )
    assert_in_order(stack_books)


def test_a_start_of_which_no_webhook_told_is_found_by_its_checkout(shopper: Shopper, stack_books: Database) -> None:
    quinn = Subscriber(shopper, "Quinn", "2026-05-01 10:00")
    shopper.sandbox("POST", "/sandbox/faults", {"kind": "drop"})
    page = quinn.tell("/v1/billing/stripe/subscription-checkout/", plan={"plan": "scale"}, **RETURN)
    assert shopper.pay(page["checkout_url"]) == 303
    assert quinn.ask(page["subscription_id"], "sync-from-stripe")["status"] == "active"
    shopper.sandbox("DELETE", "/sandbox/faults")
    assert (quinn.bills(), quinn.credits()) == ([("2026-05-01", "paid", 29_900)], 4_000)
    assert_in_order(stack_books)


def _visit_page_of(shopper: Shopper, plan: str) -> None:
    """Another customer opens a checkout, and thinks better of it."""
    visitor = Subscriber(shopper, "Vera", "2026-03-01 10:00")
    visitor.tell("/v1/billing/stripe/subscription-checkout/", plan={"plan": plan}, **RETURN)


def _known_as(shopper: Shopper, subscription_id: str) -> str:
    """What the sandbox calls a subscription of ours."""
    found = _sandbox_list(shopper, "subscriptions")
    return next(str(each["id"]) for each in found if each["metadata"].get("cashbeat_subscription") == subscription_id)


def _price(shopper: Shopper, amount_minor: int) -> str:
    """What the sandbox calls the price of so much per month."""
    prices = _sandbox_list(shopper, "prices")
    return next(str(each["id"]) for each in prices if each["unit_amount"] == amount_minor)


def _sandbox_list(shopper: Shopper, kind: str) -> list[Json]:
    answer = requests.get(f"{shopper.sandbox_url}/v1/{kind}?limit=100", auth=(CALL, ""), timeout=10)
    answer.raise_for_status()
    found: list[Json] = answer.json()["data"]
    return found
