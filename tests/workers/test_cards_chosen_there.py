"""Cards that are chosen, at the gateway or by command: the last choice is charged from then on, there and here."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, update

from billing.subscriptions.tables import SubscriptionStatus
from calls.handle_webhooks import handle_webhooks
from database.engine import Database, make_engine
from database.inbox import InboxEvent
from schemas.commands.payments import ChangePaymentMethod
from tests.gateways.sandbox_process import Sandbox
from tests.logins import as_worker
from tests.scenarios.storytelling import eventually
from tests.workers.choosers import (
    DECLINING,
    MASTERCARD,
    VISA,
    ask,
    cards_of,
    charged_there,
    digits_of,
    owe_march,
    status_of,
    told_again,
)
from tests.workers.gateway_run import Json, Subscriber, bills, books, deliver, last, store
from workers.wiring import Work


def test_a_card_that_was_chosen_is_charged_from_now_on_though_its_batch_tells_first_that_it_was_saved(
    work: Work, subscriber: Subscriber
) -> None:
    for number in (VISA, MASTERCARD):
        subscriber.save_card(number)
        news = subscriber.news()
        saved = next(event for event in news if event["type"] == "payment_method.attached")
        chosen = last(news, "setup_intent.succeeded")
        deliver(work, [saved, chosen])
    assert cards_of(subscriber) == {"4242": False, "4444": True}


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
    assert cards_of(subscriber) == {"4242": False, "4444": True}
    assert digits_of(subscriber, customer.card_ref) == "4444"


def test_a_card_that_was_chosen_is_the_subscriptions_too_and_pays_at_once_what_is_open(
    work: Work, subscriber: Subscriber
) -> None:
    owe_march(subscriber)
    subscriber.save_card(MASTERCARD)
    deliver(work, [last(subscriber.news(), "setup_intent.succeeded")])
    assert charged_there(subscriber) == ("4444", "4444")
    # the money came without a day going by
    deliver(work, subscriber.news())
    assert (status_of(subscriber), bills(subscriber)[-1]) == (SubscriptionStatus.ACTIVE, ("renewal", "paid", 9_900, 0))
    assert cards_of(subscriber)["4444"]


def test_a_card_that_was_chosen_and_declines_is_charged_from_now_on_nevertheless(
    work: Work, subscriber: Subscriber
) -> None:
    owe_march(subscriber)
    subscriber.in_portal("card", card_number=VISA)
    subscriber.save_card(DECLINING)
    deliver(work, subscriber.news())
    assert charged_there(subscriber) == ("0341", "0341")
    refused = subscriber.news()
    assert [event["type"] for event in refused].count("invoice.payment_failed") == 1
    deliver(work, refused)
    assert (status_of(subscriber), bills(subscriber)[-1]) == (
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
    deliver(work, told_again(chosen))
    assert charged_there(subscriber) == ("4444", "4444")


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
    assert charged_there(subscriber) == ("4242", "4242")
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
    deliver(work, [last(chosen, "checkout.session.completed")], told_again(chosen))
    assert charged_there(subscriber) == ("4242", "4242")
    assert cards_of(subscriber) == {"4242": True, "4444": False}


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
    assert charged_there(subscriber) == ("4242", "4242")


def _chosen(choice: Json) -> str:
    card_ref: str = choice["data"]["object"]["payment_method"]
    return card_ref


def test_a_worker_that_died_before_the_subscription_had_the_card_has_paid_once(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    owe_march(subscriber)
    subscriber.save_card(MASTERCARD)
    news = subscriber.news()
    module_sandbox.arm("answer_lost", count=1, method="POST", path="/v1/invoices")
    module_sandbox.arm("500", stage="before", count=1, method="POST", path="/v1/subscriptions")
    deliver(work, [last(news, "setup_intent.succeeded")])
    deliver(work, told_again(news), subscriber.news())
    assert charged_there(subscriber) == ("4444", "4444")
    paid = [each for each in module_sandbox.ledger()["charges"] if each["customer"] == subscriber.customer_ref]
    assert [each["amount"] for each in paid] == [9_900, 9_900]
    assert bills(subscriber)[-1] == ("renewal", "paid", 9_900, 0)


def test_a_command_names_the_card_that_pays_at_once_what_is_open(work: Work, subscriber: Subscriber) -> None:
    owe_march(subscriber)
    command = {"account_id": subscriber.account_id}
    for name in ("pm_card_visa", "pm_card_mastercard"):
        card = ask(subscriber, "POST", f"payment_methods/{name}/attach", customer=subscriber.customer_ref)
        subscriber.command(ChangePaymentMethod.model_validate({**command, "card_ref": card["id"]}))
    assert charged_there(subscriber) == ("4444", "4444")
    deliver(work, subscriber.news())
    assert (status_of(subscriber), bills(subscriber)[-1]) == (SubscriptionStatus.ACTIVE, ("renewal", "paid", 9_900, 0))


def test_a_command_is_carried_out_though_the_card_declines(work: Work, subscriber: Subscriber) -> None:
    owe_march(subscriber)
    subscriber.in_portal("card", card_number=VISA)
    card = ask(
        subscriber, "POST", "payment_methods/pm_card_chargeCustomerFail/attach", customer=subscriber.customer_ref
    )
    named = ChangePaymentMethod.model_validate({"account_id": subscriber.account_id, "card_ref": card["id"]})
    assert subscriber.command(named)["last4"] == "0341"
    deliver(work, subscriber.news())
    assert (status_of(subscriber), bills(subscriber)[-1]) == (
        SubscriptionStatus.PAST_DUE,
        ("renewal", "pending", 9_900, 0),
    )


def test_another_default_card_of_the_customer_is_the_one_that_is_charged(work: Work, subscriber: Subscriber) -> None:
    subscriber.save_card(VISA)
    deliver(work, subscriber.news())
    card = ask(subscriber, "POST", "payment_methods/pm_card_mastercard/attach", customer=subscriber.customer_ref)
    settings = {"invoice_settings[default_payment_method]": card["id"]}
    ask(subscriber, "POST", f"customers/{subscriber.customer_ref}", **settings)
    # that the card was saved is not told yet
    deliver(work, [last(subscriber.news(), "customer.updated")])
    assert cards_of(subscriber) == {"4242": False, "4444": True}
