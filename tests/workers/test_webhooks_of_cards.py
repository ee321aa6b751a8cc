"""Cards that are chosen, renewed and taken away at the gateway: what is charged from then on, there and here."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from sqlalchemy import delete, func, select, update

from billing.accounts.tables import GatewayCustomer
from billing.cards.queries import find_card
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import SubscriptionStatus
from calls.handle_webhooks import handle_webhooks
from database.engine import Database, make_engine
from database.inbox import InboxEvent
from database.memory import WorkState
from schemas.commands import ChangePaymentMethod
from settings import SANDBOX_STRIPE_KEY
from tasks import webhooks
from tests.gateways.sandbox_process import ANSWER_SECONDS, Sandbox
from tests.logins import as_worker
from tests.scenarios.storytelling import eventually
from tests.workers.gateway_run import JANUARY_31, Json, Subscriber, bills, books, deliver, last, store
from workers.wiring import Work

MARCH_1 = JANUARY_31 + timedelta(days=29)
VISA, MASTERCARD, DECLINING = "4242424242424242", "5555555555554444", "4000000000000341"


def _ask(ada: Subscriber, method: str, path: str, **form: str) -> Json:
    """A change that somebody else made at the gateway."""
    url, auth = f"{ada.sandbox.address}/v1/{path}", (SANDBOX_STRIPE_KEY, "")
    answer = requests.request(method, url, data=form, auth=auth, timeout=ANSWER_SECONDS)
    answer.raise_for_status()
    changed: Json = answer.json()
    return changed


def _cards(ada: Subscriber) -> dict[str, bool]:
    """The cards that can be charged by their last digits, and whether each is the one that is."""
    return {card["last4"]: card["is_default"] for card in books(ada.work)["cards"] if card["is_attached"]}


def _charged_there(ada: Subscriber) -> tuple[str, str]:
    """The last digits of what the gateway charges: for the subscription, and for the customer by default."""
    subscription = ada.stripe.fetch_subscription(subscription_ref=ada.ref)
    customer = ada.stripe.fetch_customer(ada.customer_ref)
    assert subscription is not None
    assert customer is not None
    return _digits(ada, subscription.card_ref), _digits(ada, customer.card_ref)


def _digits(ada: Subscriber, card_ref: str) -> str:
    card = ada.stripe.fetch_card(card_ref=card_ref)
    assert card is not None
    return card.last4


def _status(ada: Subscriber) -> SubscriptionStatus:
    with ada.work.database.transaction() as session:
        return get_subscription(session, ada.subscription_id).status


def _owe_march(ada: Subscriber) -> None:
    """The card declines, and March is not paid; the gateway plans to try again in days."""
    ada.subscribe()
    ada.in_portal("card", card_number=DECLINING)
    ada.live_until(MARCH_1)
    deliver(ada.work, ada.news())
    assert (_status(ada), bills(ada)[-1]) == (SubscriptionStatus.PAST_DUE, ("renewal", "pending", 9_900, 0))


def _again(events: list[Json]) -> list[Json]:
    return [{**event, "id": f"{event['id']}again"} for event in events]


def test_a_card_that_was_chosen_is_charged_from_now_on_though_its_batch_tells_first_that_it_was_saved(
    work: Work, subscriber: Subscriber
) -> None:
    for number in (VISA, MASTERCARD):
        subscriber.save_card(number)
        news = subscriber.news()
        saved = next(event for event in news if event["type"] == "payment_method.attached")
        chosen = last(news, "setup_intent.succeeded")
        deliver(work, [saved, chosen])
    assert _cards(subscriber) == {"4242": False, "4444": True}


def test_of_two_choices_in_one_batch_the_later_counts_though_the_first_is_answered_late(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    chosen = []
    for number in (VISA, MASTERCARD):
        subscriber.save_card(number)
        chosen.append(last(subscriber.news(), "setup_intent.succeeded"))
    module_sandbox.arm("slow", seconds=1, count=1, method="POST", path="/v1/customers")
    deliver(work, chosen)
    customer = subscriber.stripe.fetch_customer(subscriber.customer_ref)
    assert customer is not None
    assert _cards(subscriber) == {"4242": False, "4444": True}
    assert _digits(subscriber, customer.card_ref) == "4444"


def test_a_card_that_was_chosen_is_the_subscriptions_too_and_pays_at_once_what_is_open(
    work: Work, subscriber: Subscriber
) -> None:
    _owe_march(subscriber)
    subscriber.save_card(MASTERCARD)
    deliver(work, [last(subscriber.news(), "setup_intent.succeeded")])
    assert _charged_there(subscriber) == ("4444", "4444")
    # the money came without a day going by
    deliver(work, subscriber.news())
    assert (_status(subscriber), bills(subscriber)[-1]) == (SubscriptionStatus.ACTIVE, ("renewal", "paid", 9_900, 0))
    assert _cards(subscriber)["4444"]


def test_a_card_that_was_chosen_and_declines_is_charged_from_now_on_nevertheless(
    work: Work, subscriber: Subscriber
) -> None:
    _owe_march(subscriber)
    subscriber.in_portal("card", card_number=VISA)
    subscriber.save_card(DECLINING)
    deliver(work, subscriber.news())
    assert _charged_there(subscriber) == ("0341", "0341")
    refused = subscriber.news()
    assert [event["type"] for event in refused].count("invoice.payment_failed") == 1
    deliver(work, refused)
    assert (_status(subscriber), bills(subscriber)[-1]) == (
        SubscriptionStatus.PAST_DUE,
        ("renewal", "pending", 9_900, 0),
    )


def test_the_same_choice_told_again_asks_the_gateway_for_no_change(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    subscriber.subscribe()
    deliver(work, subscriber.news())
    subscriber.save_card(MASTERCARD)
    chosen = subscriber.news()
    deliver(work, chosen)
    module_sandbox.arm("500", stage="before", method="POST", path="/v1/")
    deliver(work, _again(chosen))
    assert _charged_there(subscriber) == ("4444", "4444")


def test_a_choice_that_is_told_after_a_later_one_does_not_take_it_back(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    subscriber.subscribe()
    deliver(work, subscriber.news())
    choices = []
    for number in (MASTERCARD, VISA):
        module_sandbox.advance(1)  # cards are as old as the gateway's second in which they were saved
        subscriber.save_card(number)
        choices.append(subscriber.news())
    deliver(work, *reversed(choices))
    assert _charged_there(subscriber) == ("4242", "4242")
    newest = last(choices[1], "payment_method.attached")["data"]["object"]["id"]
    assert [card["card_ref"] for card in books(work)["cards"] if card["is_default"]] == [newest]


def test_a_choice_that_is_told_again_does_not_take_back_what_was_chosen_since_by_command(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    """Back to the older card: both here and there, whatever is heard of the newer one later."""
    subscriber.subscribe()
    deliver(work, subscriber.news())
    first = next(card["card_ref"] for card in books(work)["cards"] if card["is_default"])
    module_sandbox.advance(1)
    subscriber.save_card(MASTERCARD)
    chosen = subscriber.news()
    deliver(work, [last(chosen, "setup_intent.succeeded")])
    subscriber.command(ChangePaymentMethod.model_validate({"account_id": subscriber.account_id, "card_ref": first}))
    deliver(work, subscriber.news())
    deliver(work, [last(chosen, "checkout.session.completed")], _again(chosen))
    assert _charged_there(subscriber) == ("4242", "4242")
    assert _cards(subscriber) == {"4242": True, "4444": False}


@pytest.mark.parametrize("stuck", ["/v1/customers", "/v1/subscriptions"])
def test_of_two_choices_heard_by_two_workers_the_newer_is_charged(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox, database_url: str, stuck: str
) -> None:
    """Also when the older one's call comes through last."""
    subscriber.subscribe()
    deliver(work, subscriber.news())
    choices = []
    for number in (MASTERCARD, VISA):
        module_sandbox.advance(2)
        subscriber.save_card(number)
        choices.append(last(subscriber.news(), "setup_intent.succeeded"))
    older, newer = (store(work, [choice]) for choice in choices)
    another = replace(work, database=Database(make_engine(as_worker(database_url))))

    module_sandbox.arm("slow", seconds=20, count=1, method="POST", path=stuck)
    with ThreadPoolExecutor(1) as worker:
        hearing = worker.submit(handle_webhooks, another, older)
        eventually(lambda: module_sandbox.has_struck("slow"), "the older choice is under way")
        handle_webhooks(work, newer)
        module_sandbox.clear_faults()
        hearing.result()
    with work.database.transaction() as session:
        session.execute(update(InboxEvent).values(next_attempt_at=func.now()))
    handle_webhooks(work, newer)
    deliver(work, subscriber.news())
    assert [card["card_ref"] for card in books(work)["cards"] if card["is_default"]] == [_chosen(choices[1])]
    assert _charged_there(subscriber) == ("4242", "4242")


def _chosen(choice: Json) -> str:
    card_ref: str = choice["data"]["object"]["payment_method"]
    return card_ref


def test_a_worker_that_died_before_the_subscription_had_the_card_has_paid_once(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    _owe_march(subscriber)
    subscriber.save_card(MASTERCARD)
    news = subscriber.news()
    module_sandbox.arm("answer_lost", count=1, method="POST", path="/v1/invoices")
    module_sandbox.arm("500", stage="before", count=1, method="POST", path="/v1/subscriptions")
    deliver(work, [last(news, "setup_intent.succeeded")])
    deliver(work, _again(news), subscriber.news())
    assert _charged_there(subscriber) == ("4444", "4444")
    paid = [each for each in module_sandbox.ledger()["charges"] if each["customer"] == subscriber.customer_ref]
    assert [each["amount"] for each in paid] == [9_900, 9_900]
    assert bills(subscriber)[-1] == ("renewal", "paid", 9_900, 0)


def test_a_card_of_a_stranger_to_us_is_not_touched(work: Work, subscriber: Subscriber) -> None:
    stranger = _ask(subscriber, "POST", "customers", email="grace@grace.example")["id"]
    card = {"customer": stranger, "payment_method": "pm_card_visa", "confirm": "true"}
    pages = {"automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never"}
    setup = _ask(subscriber, "POST", "setup_intents", **card, **pages)
    told = map(json.loads, subscriber.stripe.list_events(created_after=JANUARY_31, types=["setup_intent.succeeded"]))
    deliver(work, [event for event in told if event["data"]["object"]["id"] == setup["id"]])
    customer = subscriber.stripe.fetch_customer(stranger)
    assert customer is not None
    assert (customer.card_ref, _cards(subscriber)) == ("", {})


def test_a_customer_that_was_forgotten_is_known_again_by_our_mark(
    work: Work, subscriber: Subscriber, database_url: str
) -> None:
    """As after a restore: the account was in the backup, its customer was made later."""
    subscriber.save_card(VISA)
    news = subscriber.news()
    owner = Database(make_engine(database_url))
    with owner.transaction() as session:
        session.execute(delete(GatewayCustomer))
    owner.engine.dispose()
    deliver(work, [last(news, "payment_method.attached")])
    assert _cards(subscriber) == {"4242": True}
    assert subscriber.customer_ref


def test_what_bears_the_mark_of_an_account_we_do_not_know_is_parked(work: Work, subscriber: Subscriber) -> None:
    mark = {"metadata[cashbeat_account]": "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"}
    stranger = _ask(subscriber, "POST", "customers", email="grace@grace.example", **mark)["id"]
    _ask(subscriber, "POST", "payment_methods/pm_card_visa/attach", customer=stranger)
    _ask(subscriber, "POST", f"customers/{stranger}", name="Grace")
    types = ["payment_method.attached", "customer.updated"]
    told = map(json.loads, subscriber.stripe.list_events(created_after=JANUARY_31, types=types))
    ids = store(work, [each for each in told if stranger in json.dumps(each)])
    webhooks.handle(ids=ids)
    with work.database.transaction() as session:
        found = session.scalars(select(InboxEvent).where(InboxEvent.id.in_(ids))).all()
        assert [(row.state, "UnknownMark" in (row.error or "")) for row in found] == [(WorkState.PARKED, True)] * 2
        session.execute(delete(InboxEvent))


def test_a_command_names_the_card_that_pays_at_once_what_is_open(work: Work, subscriber: Subscriber) -> None:
    _owe_march(subscriber)
    command = {"account_id": subscriber.account_id}
    for name in ("pm_card_visa", "pm_card_mastercard"):
        card = _ask(subscriber, "POST", f"payment_methods/{name}/attach", customer=subscriber.customer_ref)
        subscriber.command(ChangePaymentMethod.model_validate({**command, "card_ref": card["id"]}))
    assert _charged_there(subscriber) == ("4444", "4444")
    deliver(work, subscriber.news())
    assert (_status(subscriber), bills(subscriber)[-1]) == (SubscriptionStatus.ACTIVE, ("renewal", "paid", 9_900, 0))


def test_a_command_is_carried_out_though_the_card_declines(work: Work, subscriber: Subscriber) -> None:
    _owe_march(subscriber)
    subscriber.in_portal("card", card_number=VISA)
    card = _ask(
        subscriber, "POST", "payment_methods/pm_card_chargeCustomerFail/attach", customer=subscriber.customer_ref
    )
    named = ChangePaymentMethod.model_validate({"account_id": subscriber.account_id, "card_ref": card["id"]})
    assert subscriber.command(named)["last4"] == "0341"
    deliver(work, subscriber.news())
    assert (_status(subscriber), bills(subscriber)[-1]) == (
        SubscriptionStatus.PAST_DUE,
        ("renewal", "pending", 9_900, 0),
    )


def test_a_card_that_was_taken_away_is_not_charged_any_more(work: Work, subscriber: Subscriber) -> None:
    subscriber.save_card(VISA)
    subscriber.save_card(MASTERCARD)
    deliver(work, subscriber.news())
    customer = subscriber.stripe.fetch_customer(subscriber.customer_ref)
    assert customer is not None
    _ask(subscriber, "POST", f"payment_methods/{customer.card_ref}/detach")
    detached = [last(subscriber.news(), "payment_method.detached")]
    deliver(work, detached, _again(detached))
    assert _cards(subscriber) == {"4242": False}


def test_a_card_that_was_taken_away_stays_away_when_it_is_told_late_that_it_was_chosen(
    work: Work, subscriber: Subscriber
) -> None:
    subscriber.save_card(VISA)
    chosen = subscriber.news()
    card_ref = last(chosen, "payment_method.attached")["data"]["object"]["id"]
    _ask(subscriber, "POST", f"payment_methods/{card_ref}/detach")
    deliver(work, subscriber.news(), chosen)
    assert _cards(subscriber) == {}


def test_a_card_that_its_network_renewed_has_its_new_expiry(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    subscriber.save_card(VISA)
    news = subscriber.news()
    deliver(work, news)
    card_ref = last(news, "payment_method.attached")["data"]["object"]["id"]
    module_sandbox.renew_card(card_ref, 2044)
    deliver(work, [last(subscriber.news(), "payment_method.automatically_updated")])
    with work.database.transaction() as session:
        card = find_card(session, "stripe", card_ref)
        assert card is not None
        assert (card.exp_year, card.is_default) == (2044, True)


def test_another_default_card_of_the_customer_is_the_one_that_is_charged(work: Work, subscriber: Subscriber) -> None:
    subscriber.save_card(VISA)
    deliver(work, subscriber.news())
    card = _ask(subscriber, "POST", "payment_methods/pm_card_mastercard/attach", customer=subscriber.customer_ref)
    settings = {"invoice_settings[default_payment_method]": card["id"]}
    _ask(subscriber, "POST", f"customers/{subscriber.customer_ref}", **settings)
    # that the card was saved is not told yet
    deliver(work, [last(subscriber.news(), "customer.updated")])
    assert _cards(subscriber) == {"4242": False, "4444": True}


def test_a_customer_who_was_deleted_has_no_cards_and_no_subscription_any_more(
    work: Work, subscriber: Subscriber
) -> None:
    subscriber.subscribe()
    subscriber.save_card(MASTERCARD)
    deliver(work, subscriber.news())
    assert len(_cards(subscriber)) == 2
    _ask(subscriber, "DELETE", f"customers/{subscriber.customer_ref}")
    news = subscriber.news()
    deliver(work, [last(news, "customer.deleted")])
    assert _cards(subscriber) == {}
    deliver(work, _again(news))
    assert (_status(subscriber), _cards(subscriber)) == (SubscriptionStatus.CANCELED, {})
    # the account is sold to through another customer
    subscriber.save_card(VISA)
    deliver(work, subscriber.news())
    assert _cards(subscriber) == {"4242": True}
