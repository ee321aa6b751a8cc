"""What a customer does with cards at the gateway, and what is charged there and here."""

from datetime import timedelta

import requests

from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import SubscriptionStatus
from settings import SANDBOX_STRIPE_KEY
from tests.gateways.sandbox_process import ANSWER_SECONDS
from tests.workers.gateway_run import JANUARY_31, Json, Subscriber, bills, books, deliver

MARCH_1 = JANUARY_31 + timedelta(days=29)


VISA, MASTERCARD, DECLINING = "4242424242424242", "5555555555554444", "4000000000000341"


def ask(ada: Subscriber, method: str, path: str, **form: str) -> Json:
    """A change that somebody else made at the gateway."""
    url, auth = f"{ada.sandbox.address}/v1/{path}", (SANDBOX_STRIPE_KEY, "")
    answer = requests.request(method, url, data=form, auth=auth, timeout=ANSWER_SECONDS)
    answer.raise_for_status()
    changed: Json = answer.json()
    return changed


def cards_of(ada: Subscriber) -> dict[str, bool]:
    """The cards that can be charged by their last digits, and whether each is the one that is."""
    return {card["last4"]: card["is_default"] for card in books(ada.work)["cards"] if card["is_attached"]}


def charged_there(ada: Subscriber) -> tuple[str, str]:
    """The last digits of what the gateway charges: for the subscription, and for the customer by default."""
    subscription = ada.stripe.fetch_subscription(subscription_ref=ada.ref)
    customer = ada.stripe.fetch_customer(ada.customer_ref)
    assert subscription is not None
    assert customer is not None
    return digits_of(ada, subscription.card_ref), digits_of(ada, customer.card_ref)


def digits_of(ada: Subscriber, card_ref: str) -> str:
    card = ada.stripe.fetch_card(card_ref=card_ref)
    assert card is not None
    return card.last4


def status_of(ada: Subscriber) -> SubscriptionStatus:
    with ada.work.database.transaction() as session:
        return get_subscription(session, ada.subscription_id).status


def owe_march(ada: Subscriber) -> None:
    """The card declines, and March is not paid; the gateway plans to try again in days."""
    ada.subscribe()
    ada.in_portal("card", card_number=DECLINING)
    ada.live_until(MARCH_1)
    deliver(ada.work, ada.news())
    assert (status_of(ada), bills(ada)[-1]) == (SubscriptionStatus.PAST_DUE, ("renewal", "pending", 9_900, 0))


def told_again(events: list[Json]) -> list[Json]:
    return [{**event, "id": f"{event['id']}again"} for event in events]
