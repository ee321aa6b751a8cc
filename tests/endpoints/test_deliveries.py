"""Events reach the product's endpoints: signed, each once or more, never with another content, in order where asked."""

import threading
import time
from collections import defaultdict
from uuid import UUID

import pytest

from billing.events.claim_deliveries import claim_deliveries
from billing.events.queries import view_event
from billing.events.redeliver import redeliver
from billing.events.states import TRANSITIONS
from billing.events.tables import DeliveryState
from billing.events.types import SCHEMA_VERSION
from schemas.commands.events import RedeliverEvents
from tests.endpoints.listener import Listener, listening
from tests.endpoints.product import Product


def test_an_endpoint_hears_what_it_chose_signed_and_once(listening_shop: Product, listener: Listener) -> None:
    endpoint = listening_shop.listen(listener.url, types=["invoice.*", "credits.low"])
    listening_shop.happen(2)
    listening_shop.happen(1, event="payment.captured")
    listening_shop.happen(1, event="credits.low")
    listening_shop.tell()
    assert [event["type"] for event in listener.events] == ["invoice.issued", "invoice.issued", "credits.low"]
    (secret,) = listening_shop.secrets(endpoint)
    assert all(heard.is_signed_with(secret) for heard in listener.heard)
    first = listener.heard[0]
    assert (first.path, first.headers["webhook-id"]) == ("/hooks?of=cashbeat", first.event["id"])
    assert first.event["schema_version"] == SCHEMA_VERSION
    listening_shop.tell()
    assert len(listener.heard) == 3
    assert {(each.status, each.attempts, each.tries[0].status) for each in listening_shop.deliveries(endpoint)} == {
        ("delivered", 1, 204)
    }


def test_what_was_down_for_a_day_hears_of_everything_in_order(listening_shop: Product, listener: Listener) -> None:
    other = Listener()
    with listening(other):
        pass  # its port is known, and nobody listens there
    endpoint = listening_shop.listen(other.url, ordered=True)
    beside = listening_shop.listen(listener.url)
    for hour in range(24):
        listening_shop.happen(2, account=hour % 2)
        if hour % 6 == 0:
            listening_shop.tell()
        listening_shop.pass_time("1 hour")
    assert listening_shop.endpoint(endpoint).failures >= 4
    with listening(other):
        listening_shop.tell()
    told = {str(event.id): view_event(event).model_dump(mode="json") for event in listening_shop.events()[2:]}
    assert {event["id"] for event in other.events} == set(told)
    assert all(told[event["id"]] == event for event in other.events), "never another content"
    by_account: dict[str, list[int]] = defaultdict(list)
    for event in other.events:
        by_account[event["account_id"]].append(event["sequence"])
    assert len(by_account) == 2
    for sequences in by_account.values():
        first_heard = sorted(set(sequences), key=sequences.index)
        assert first_heard == sorted(first_heard)
    assert (listening_shop.endpoint(endpoint).failing_since, listening_shop.statuses(endpoint)) == (None, {"delivered"})
    assert listening_shop.statuses(beside) == {"delivered"}


def test_the_next_event_of_an_account_waits_for_the_one_before(listening_shop: Product, listener: Listener) -> None:
    listener.status = [500, 204]
    listening_shop.listen(listener.url, ordered=True)
    listening_shop.happen(3)
    listening_shop.happen(2, account=1)
    listening_shop.tell()
    ada = str(listening_shop.accounts[0])
    assert [event["sequence"] for event in listener.events if event["account_id"] == ada] == [2], "it was refused"
    assert [event["sequence"] for event in listener.events if event["account_id"] != ada] == [2, 3], "nobody else waits"
    listening_shop.pass_time("10 seconds")
    listening_shop.tell()
    assert [event["sequence"] for event in listener.events if event["account_id"] == ada] == [2, 2, 3, 4]


def test_a_slow_endpoint_delays_no_other(listening_shop: Product, listener: Listener, other_listener: Listener) -> None:
    other_listener.seconds = 2.0
    listening_shop.listen(other_listener.url)
    listening_shop.listen(listener.url)
    listening_shop.happen(30)
    round_of_worker = threading.Thread(target=listening_shop.tell)
    begun = time.monotonic()
    round_of_worker.start()
    assert listener.wait_for(30)
    assert time.monotonic() - begun < 2.0 * 3, "as if there were no other"
    assert len(other_listener.heard) <= 4
    other_listener.seconds = 0.0
    round_of_worker.join()
    assert len({event["id"] for event in other_listener.events}) == 30


def test_redirects_are_not_followed(listening_shop: Product, listener: Listener, other_listener: Listener) -> None:
    listener.status, listener.headers = 307, {"Location": other_listener.url}
    endpoint = listening_shop.listen(listener.url)
    listening_shop.happen(1)
    listening_shop.tell()
    (delivery,) = listening_shop.deliveries(endpoint)
    assert (delivery.status, delivery.tries[0].status, other_listener.heard) == ("waiting", 307, [])


def test_what_a_dead_worker_held_is_sent_by_another(listening_shop: Product, listener: Listener) -> None:
    endpoint = listening_shop.listen(listener.url, ordered=True)
    listening_shop.happen(2)
    with listening_shop.work.database.transaction() as session:
        assert claim_deliveries(session, endpoint, 10) is None, "nothing is told yet"
    listener.status = 500
    listening_shop.tell()
    listening_shop.pass_time("10 seconds")
    with listening_shop.work.database.transaction() as session:
        claimed = claim_deliveries(session, endpoint, 10)  # and its worker dies
    assert claimed is not None
    listener.status = 204
    listening_shop.tell()
    assert len(listener.heard) == 1, "it is in somebody's hands"
    listening_shop.pass_time("1 minute")
    listening_shop.tell()
    assert [event["sequence"] for event in listener.events] == [2, 2, 3]


def test_what_is_refused_again_and_again_is_given_up_after_three_days(
    listening_shop: Product, listener: Listener
) -> None:
    listener.status, listener.answer = [*[500] * 10, 204], b"no idea" * 1_000
    endpoint = listening_shop.listen(listener.url)
    listening_shop.happen(1)
    for _ in range(12):
        listening_shop.tell()
        listening_shop.pass_time("9 hours 30 minutes")
    (delivery,) = listening_shop.deliveries(endpoint)
    assert (delivery.status, delivery.next_attempt_at) == ("given_up", None)
    assert (delivery.tries[0].status, len(delivery.tries[0].answer)) == (500, 1_024), "how the answer began"
    assert len(listener.heard) <= 10


def test_one_that_fails_for_days_is_disabled_until_a_person_enables_it(
    listening_shop: Product, listener: Listener
) -> None:
    listener.status = 503
    endpoint = listening_shop.listen(listener.url)
    for _ in range(12):
        listening_shop.happen(1)
        listening_shop.tell()
        listening_shop.pass_time("7 hours")
    assert listening_shop.endpoint(endpoint).disabled_because == "failing"
    (mail,) = listening_shop.mails()
    assert listener.url in mail.text
    assert (mail.recipient, "three days" in mail.html) == (listening_shop.work.seller.email, True)
    heard = len(listener.heard)
    listening_shop.happen(1)
    listening_shop.tell()
    assert len(listener.heard) == heard
    listener.status = 204
    listening_shop.update(endpoint, enabled=True)
    listening_shop.tell()
    delivered = {event["id"] for event in listener.events[heard:]}
    assert listening_shop.statuses(endpoint) <= {"delivered", "given_up"}
    assert delivered
    told = listening_shop.events()
    assert str(told[-1].id) not in delivered, "what happened while it was disabled is for it to ask for"
    assert _redeliver(listening_shop, endpoint, since=told[0].created_at) > 0
    listening_shop.tell()
    assert {str(event.id) for event in told} <= {event["id"] for event in listener.events}


def test_410_ends_it_at_once(listening_shop: Product, listener: Listener) -> None:
    listener.status = 410
    endpoint = listening_shop.listen(listener.url)
    listening_shop.happen(1)
    listening_shop.tell()
    assert listening_shop.endpoint(endpoint).disabled_because == "gone"


def test_an_endpoint_that_asks_for_time_has_it(listening_shop: Product, listener: Listener) -> None:
    listener.status, listener.headers = 429, {"Retry-After": "120"}
    endpoint = listening_shop.listen(listener.url)
    listening_shop.happen(1)
    listening_shop.tell()
    listening_shop.pass_time("1 minute")
    listening_shop.tell()
    assert len(listener.heard) == 1
    listening_shop.pass_time("70 seconds")
    listening_shop.tell()
    assert (len(listener.heard), listening_shop.endpoint(endpoint).failures) == (2, 2)


def test_a_rolled_secret_signs_beside_the_one_before_for_a_day(listening_shop: Product, listener: Listener) -> None:
    endpoint = listening_shop.listen(listener.url)
    (old,) = listening_shop.secrets(endpoint)
    with listening_shop.work.database.transaction() as session:
        listening_shop.work.endpoint_secrets.add(session, endpoint, "whsec_bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3")
    new, *others = listening_shop.secrets(endpoint)
    assert others == [old]
    listening_shop.happen(1)
    listening_shop.tell()
    assert listener.heard[0].is_signed_with(new)
    assert listener.heard[0].is_signed_with(old)
    listening_shop.pass_time("25 hours")
    assert listening_shop.secrets(endpoint) == (new,)


def test_one_event_is_sent_again_with_the_same_content(listening_shop: Product, listener: Listener) -> None:
    endpoint = listening_shop.listen(listener.url)
    listening_shop.happen(2)
    listening_shop.tell()
    event_id = UUID(listener.events[0]["id"])
    assert _redeliver(listening_shop, endpoint, event_id=event_id) == 1
    listening_shop.tell()
    assert [heard.body for heard in listener.heard] == [each.body for each in (*listener.heard[:2], listener.heard[0])]
    since = listening_shop.events()[0].created_at
    assert _redeliver(listening_shop, endpoint, since=since) == 2, "the accounts that were opened before it listened"
    listening_shop.tell()
    assert _redeliver(listening_shop, endpoint, since=since, delivered_too=True) == 4


def _redeliver(listening_shop: Product, endpoint: UUID, **fields: object) -> int:
    command = RedeliverEvents.model_validate({"endpoint_id": endpoint, **fields})
    with listening_shop.work.database.transaction() as session:
        return redeliver(session, command)


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_leads_on(state: DeliveryState) -> None:
    assert TRANSITIONS[state]


def test_two_workers_at_once_send_nothing_twice(listening_shop: Product, listener: Listener) -> None:
    listening_shop.listen(listener.url)
    listening_shop.listen(listener.url, ordered=True)
    listening_shop.happen(60)
    workers = [threading.Thread(target=listening_shop.tell) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(listener.heard) == 120
