"""Signed events, delivered until they are accepted, and the faults that befall them."""

import json
import time

import pytest
import stripe

from tests.contracts.stripe_openapi import validate_event
from tests.sandbox.running import Api, Json, Receiver, eventually, session_form

SECRET = "whsec_sandbox"
PAID_IN_ORDER = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
    "charge.updated",
]


@pytest.fixture
def hooked(api: Api, receiver: Receiver) -> Api:
    """An API whose events go to the receiver, and to nowhere else when the test is over."""
    api.sandbox.set(webhook_url=receiver.url)
    return api


def figures(api: Api) -> Json:
    return api.sandbox.control("GET", "webhooks")


def events(receiver: Receiver) -> list[Json]:
    return [json.loads(delivery.body) for delivery in receiver.deliveries]


def quiet(api: Api) -> None:
    """Wait until nothing is on its way."""
    eventually(lambda: figures(api)["pending"] == 0, "all deliveries accepted")


def buy(api: Api, **more: str) -> Json:
    """A paid session."""
    session = api.made("POST", "/v1/checkout/sessions", session_form(**more))
    assert api.sandbox.pay(session["id"]).status_code == 303
    return session


def test_a_purchase_rings_five_times_in_stripes_order(hooked: Api, receiver: Receiver) -> None:
    session = buy(hooked)
    quiet(hooked)
    told = events(receiver)
    for event in told:
        validate_event(event)
    listed = hooked.made("GET", "/v1/events?limit=5")["data"]
    assert [event["type"] for event in reversed(listed)] == PAID_IN_ORDER
    assert {event["id"] for event in told} == {event["id"] for event in listed}
    completed = next(event for event in told if event["type"] == "checkout.session.completed")
    assert completed["data"]["object"]["id"] == session["id"]
    assert completed["data"]["object"]["payment_status"] == "paid"


def test_stripes_own_verifier_accepts_the_signature(hooked: Api, receiver: Receiver) -> None:
    hooked.made("POST", "/v1/customers")
    quiet(hooked)
    delivery = receiver.deliveries[0]
    signature = delivery.headers["stripe-signature"]
    assert stripe.WebhookSignature.verify_header(delivery.body, signature, SECRET, tolerance=5)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(delivery.body + b" ", signature, SECRET)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(delivery.body, signature, "whsec_other")


def test_while_secrets_are_rolled_each_of_them_verifies(hooked: Api, receiver: Receiver) -> None:
    hooked.sandbox.set(webhook_secrets=["whsec_new", "whsec_old"])
    hooked.made("POST", "/v1/customers")
    quiet(hooked)
    delivery = receiver.deliveries[0]
    for secret in ("whsec_new", "whsec_old"):
        assert stripe.WebhookSignature.verify_header(delivery.body, delivery.headers["stripe-signature"], secret)


def test_an_event_says_which_request_made_it(hooked: Api, receiver: Receiver) -> None:
    answer = hooked.answer("POST", "/v1/customers", "name=A", Idempotency_Key="cause-1")
    quiet(hooked)
    assert events(receiver)[0]["request"] == {
        "id": answer.headers["Request-Id"],
        "idempotency_key": "cause-1",
    }


def test_a_refused_event_is_signed_anew_and_sent_again_until_accepted(hooked: Api, receiver: Receiver) -> None:
    before = figures(hooked)
    receiver.statuses = [500, 503, 302, 200]
    event_id = made_event(hooked)
    assert len({delivery.body for delivery in receiver.deliveries}) == 1
    assert len(receiver.deliveries) == 4
    after = figures(hooked)
    assert {name: after[name] - before[name] for name in ("attempts", "delivered", "refused")} == {
        "attempts": 4,
        "delivered": 1,
        "refused": 3,
    }
    log = hooked.sandbox.control("GET", f"webhooks/deliveries?event={event_id}")["deliveries"]
    assert [attempt["status"] for attempt in log[0]["attempts"]] == [500, 503, 302, 200]


def made_event(api: Api) -> str:
    """Make something happen, wait until its event is accepted; the id of the event."""
    api.made("POST", "/v1/customers")
    quiet(api)
    return str(api.made("GET", "/v1/events?limit=1")["data"][0]["id"])


def test_each_try_is_signed_at_its_own_time(hooked: Api, receiver: Receiver) -> None:
    hooked.sandbox.set(retry_seconds=[1.1])
    receiver.statuses = [500]
    made_event(hooked)
    hooked.sandbox.set(retry_seconds=[0.05])
    first, second = (delivery.headers["stripe-signature"] for delivery in receiver.deliveries)
    assert first.partition(",")[0] != second.partition(",")[0]


def test_an_unreachable_endpoint_is_tried_until_it_is_there(hooked: Api, receiver: Receiver) -> None:
    address = receiver.url
    hooked.sandbox.set(webhook_url="http://127.0.0.1:1/nobody")
    before = figures(hooked)["unanswered"]
    hooked.made("POST", "/v1/customers")
    eventually(lambda: figures(hooked)["unanswered"] > before, "an unanswered try")
    pending = hooked.made("GET", "/v1/events?limit=1&delivery_success=false")["data"][0]
    assert pending["pending_webhooks"] == 1
    hooked.sandbox.set(webhook_url=address)
    quiet(hooked)
    assert events(receiver)[0]["id"] == pending["id"]
    assert hooked.made("GET", f"/v1/events/{pending['id']}")["pending_webhooks"] == 0


def test_after_the_last_try_an_event_is_given_up_and_stays_in_the_list(hooked: Api, receiver: Receiver) -> None:
    hooked.sandbox.set(attempts_max=2)
    before = figures(hooked)["given_up"]
    receiver.statuses = [500, 500, 500]
    event_id = made_event(hooked)
    hooked.sandbox.set(attempts_max=30)
    assert (figures(hooked)["given_up"] - before, len(receiver.deliveries)) == (1, 2)
    failed = hooked.made("GET", "/v1/events?delivery_success=false&limit=100")["data"]
    assert event_id in [event["id"] for event in failed]

    receiver.statuses = []
    hooked.sandbox.control("POST", f"events/{event_id}/resend")
    quiet(hooked)
    assert events(receiver)[-1]["id"] == event_id


def test_only_enabled_events_are_sent(hooked: Api, receiver: Receiver) -> None:
    hooked.sandbox.set(enabled_events=["checkout.session.completed"])
    buy(hooked)
    quiet(hooked)
    hooked.sandbox.set(enabled_events=["*"])
    assert [event["type"] for event in events(receiver)] == ["checkout.session.completed"]


def test_duplicates(hooked: Api, receiver: Receiver) -> None:
    hooked.sandbox.arm("duplicate", copies=3)
    buy(hooked)
    quiet(hooked)
    ids = [event["id"] for event in events(receiver)]
    assert len(ids) == 15
    assert {ids.count(event_id) for event_id in ids} == {3}


def test_reorder_shuffles_within_its_window(hooked: Api, receiver: Receiver) -> None:
    hooked.sandbox.arm("reorder", window_seconds=0.5)
    started = time.monotonic()
    buy(hooked)
    buy(hooked)
    quiet(hooked)
    types = [event["type"] for event in events(receiver)]
    assert sorted(types) == sorted(PAID_IN_ORDER * 2)
    assert types != PAID_IN_ORDER * 2
    # the buying itself and a busy machine take their part on top of the window
    assert max(delivery.at for delivery in receiver.deliveries) - started < 10


def test_delay_of_one_type_of_event(hooked: Api, receiver: Receiver) -> None:
    hooked.sandbox.arm("delay", seconds=2.0, event_types=["payment_intent.created"])
    buy(hooked)
    quiet(hooked)
    times = {event["type"]: delivery.at for event, delivery in zip(events(receiver), receiver.deliveries, strict=True)}
    late = times.pop("payment_intent.created")
    assert late - min(times.values()) > 1.8
    assert late > max(times.values())


def test_dropped_events_are_only_in_the_list(hooked: Api, receiver: Receiver) -> None:
    hooked.sandbox.arm("drop", event_types=["checkout.session.completed"])
    session = buy(hooked)
    quiet(hooked)
    assert "checkout.session.completed" not in [event["type"] for event in events(receiver)]
    path = "/v1/events?types[]=checkout.session.*&delivery_success=false&limit=1"
    lost = hooked.made("GET", path)["data"][0]
    assert lost["data"]["object"]["id"] == session["id"]


def test_a_rate_strikes_some_and_a_count_ends(hooked: Api, receiver: Receiver) -> None:
    hooked.sandbox.arm("drop", rate=0.5)
    for _ in range(20):
        hooked.made("POST", "/v1/customers")
    quiet(hooked)
    struck = hooked.sandbox.control("GET", "faults")["faults"][0]["struck"]
    assert 0 < struck < 20
    assert len(receiver.deliveries) == 20 - struck
    hooked.sandbox.control("DELETE", "faults")
    hooked.sandbox.arm("drop", count=1)
    hooked.made("POST", "/v1/customers")
    hooked.made("POST", "/v1/customers")
    quiet(hooked)
    assert len(receiver.deliveries) == 20 - struck + 1


def test_an_old_api_version_has_the_old_shapes(hooked: Api, receiver: Receiver) -> None:
    session = hooked.made("POST", "/v1/checkout/sessions", session_form())
    hooked.sandbox.set(api_version="2022-08-01")
    hooked.sandbox.pay(session["id"])
    quiet(hooked)
    told = {event["type"]: event for event in events(receiver)}
    assert {event["api_version"] for event in told.values()} == {"2022-08-01"}
    intent = told["payment_intent.succeeded"]["data"]["object"]
    assert "latest_charge" not in intent
    assert [charge["status"] for charge in intent["charges"]["data"]] == ["succeeded"]
    assert intent["charges"]["data"][0]["refunds"]["data"] == []
    assert told["checkout.session.completed"]["data"]["object"]["ui_mode"] == "hosted"

    path = f"/v1/payment_intents/{intent['id']}"
    now = hooked.answer("GET", path, Stripe_Version="2026-05-27.dahlia")
    assert now.headers["Stripe-Version"] == "2026-05-27.dahlia"
    assert now.json()["latest_charge"] == intent["charges"]["data"][0]["id"]


def test_events_are_listed_by_type_time_and_cursor(api: Api) -> None:
    start = api.sandbox.control("POST", "clock/advance", {"seconds": 10})["now"]
    for _ in range(3):
        api.made("POST", "/v1/customers")
    api.made("POST", "/v1/payment_intents", "amount=1000&currency=usd")
    newest = api.made("GET", f"/v1/events?created[gte]={start}")["data"]
    assert [event["type"] for event in newest] == ["payment_intent.created"] + ["customer.created"] * 3
    assert len(api.made("GET", f"/v1/events?created[gte]={start}&type=customer.*")["data"]) == 3
    assert api.made("GET", f"/v1/events?created[lt]={start}&limit=1")["data"][0]["created"] < start
    after_first = api.made("GET", f"/v1/events?ending_before={newest[3]['id']}&limit=2")
    assert [event["id"] for event in after_first["data"]] == [event["id"] for event in newest[1:3]]
    assert after_first["has_more"] is True
