"""Cards that are renewed and taken away at the gateway, and whose they are: what is charged from then on."""

import json

from sqlalchemy import delete, select

from billing.accounts.tables import GatewayCustomer
from billing.cards.queries import find_card
from billing.subscriptions.tables import SubscriptionStatus
from database.engine import Database, make_engine
from database.inbox import InboxEvent
from database.memory import WorkState
from tasks import webhooks
from tests.gateways.sandbox_process import Sandbox
from tests.workers.choosers import MASTERCARD, VISA, ask, cards_of, status_of, told_again
from tests.workers.gateway_run import JANUARY_31, Subscriber, deliver, last, store
from workers.wiring import Work


def test_a_card_of_a_stranger_to_us_is_not_touched(work: Work, subscriber: Subscriber) -> None:
    stranger = ask(subscriber, "POST", "customers", email="grace@grace.example")["id"]
    card = {"customer": stranger, "payment_method": "pm_card_visa", "confirm": "true"}
    pages = {"automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never"}
    setup = ask(subscriber, "POST", "setup_intents", **card, **pages)
    told = map(json.loads, subscriber.stripe.list_events(created_after=JANUARY_31, types=["setup_intent.succeeded"]))
    deliver(work, [event for event in told if event["data"]["object"]["id"] == setup["id"]])
    customer = subscriber.stripe.fetch_customer(stranger)
    assert customer is not None
    assert (customer.card_ref, cards_of(subscriber)) == ("", {})


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
    assert cards_of(subscriber) == {"4242": True}
    assert subscriber.customer_ref


def test_what_bears_the_mark_of_an_account_we_do_not_know_is_parked(work: Work, subscriber: Subscriber) -> None:
    mark = {"metadata[cashbeat_account]": "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"}
    stranger = ask(subscriber, "POST", "customers", email="grace@grace.example", **mark)["id"]
    ask(subscriber, "POST", "payment_methods/pm_card_visa/attach", customer=stranger)
    ask(subscriber, "POST", f"customers/{stranger}", name="Grace")
    types = ["payment_method.attached", "customer.updated"]
    told = map(json.loads, subscriber.stripe.list_events(created_after=JANUARY_31, types=types))
    ids = store(work, [each for each in told if stranger in json.dumps(each)])
    webhooks.handle(ids=ids)
    with work.database.transaction() as session:
        found = session.scalars(select(InboxEvent).where(InboxEvent.id.in_(ids))).all()
        assert [(row.state, "UnknownMark" in (row.error or "")) for row in found] == [(WorkState.PARKED, True)] * 2
        session.execute(delete(InboxEvent))


def test_a_card_that_was_taken_away_is_not_charged_any_more(work: Work, subscriber: Subscriber) -> None:
    subscriber.save_card(VISA)
    subscriber.save_card(MASTERCARD)
    deliver(work, subscriber.news())
    customer = subscriber.stripe.fetch_customer(subscriber.customer_ref)
    assert customer is not None
    ask(subscriber, "POST", f"payment_methods/{customer.card_ref}/detach")
    detached = [last(subscriber.news(), "payment_method.detached")]
    deliver(work, detached, told_again(detached))
    assert cards_of(subscriber) == {"4242": False}


def test_a_card_that_was_taken_away_stays_away_when_it_is_told_late_that_it_was_chosen(
    work: Work, subscriber: Subscriber
) -> None:
    subscriber.save_card(VISA)
    chosen = subscriber.news()
    card_ref = last(chosen, "payment_method.attached")["data"]["object"]["id"]
    ask(subscriber, "POST", f"payment_methods/{card_ref}/detach")
    deliver(work, subscriber.news(), chosen)
    assert cards_of(subscriber) == {}


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


def test_a_customer_who_was_deleted_has_no_cards_and_no_subscription_any_more(
    work: Work, subscriber: Subscriber
) -> None:
    subscriber.subscribe()
    subscriber.save_card(MASTERCARD)
    deliver(work, subscriber.news())
    assert len(cards_of(subscriber)) == 2
    ask(subscriber, "DELETE", f"customers/{subscriber.customer_ref}")
    news = subscriber.news()
    deliver(work, [last(news, "customer.deleted")])
    assert cards_of(subscriber) == {}
    deliver(work, told_again(news))
    assert (status_of(subscriber), cards_of(subscriber)) == (SubscriptionStatus.CANCELED, {})
    # the account is sold to through another customer
    subscriber.save_card(VISA)
    deliver(work, subscriber.news())
    assert cards_of(subscriber) == {"4242": True}
