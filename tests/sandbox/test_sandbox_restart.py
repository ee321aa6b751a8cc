"""What a restart, or a crash, leaves as it was."""

import json
from pathlib import Path

import pytest
import requests

from sandbox.journal import FILE_NAME, Journal, JournalInUse
from sandbox.store import Store
from tests.sandbox.running import ANSWER_SECONDS, Api, Json, Receiver, eventually, running_sandbox, session_form

MAIL = {"from": "a@example.com", "to": "b@example.com", "subject": "Hello", "text": "Hello"}


def send(api: Api, key: str) -> str:
    """An e-mail; its id."""
    headers = {"Authorization": "Bearer re_sandbox", "Idempotency-Key": key}
    answer = requests.post(f"{api.sandbox.address}/emails", json=MAIL, headers=headers, timeout=ANSWER_SECONDS)
    answer.raise_for_status()
    return str(answer.json()["id"])


def memory(api: Api, session_id: str) -> Json:
    """What the sandbox remembers, seen from outside."""
    return {
        "ledger": api.sandbox.control("GET", "ledger"),
        "inbox": api.sandbox.control("GET", "inbox.json"),
        "session": api.made("GET", f"/v1/checkout/sessions/{session_id}"),
        "events": [event["id"] for event in api.made("GET", "/v1/events")["data"]],
    }


def test_a_crash_loses_nothing_that_was_answered(tmp_path: Path, receiver: Receiver) -> None:
    arguments = ("--webhook-url", receiver.url, "--retry-seconds", "0.2")
    with running_sandbox(tmp_path, *arguments) as sandbox:
        api = Api(sandbox)
        receiver.statuses = [500] * 1000
        session = api.made("POST", "/v1/checkout/sessions", session_form(), Idempotency_Key="before-the-crash")
        sandbox.pay(session["id"])
        email_id = send(api, "mail-1")
        eventually(lambda: len(receiver.deliveries) >= 5, "a first, refused try of each event")
        sandbox.control("POST", "clock/advance", {"seconds": 100_000})
        before = memory(api, session["id"])
        assert before["ledger"]["totals"] == {"usd": 2999}

        sandbox.kill()
        torn = b'{"kind":"charge","record":{"id":"ch_half'
        with (tmp_path / FILE_NAME).open("ab") as journal:
            journal.write(torn)
        receiver.statuses = []
        refused = len(receiver.deliveries)
        sandbox.start()

        assert memory(api, session["id"]) == before
        eventually(lambda: sandbox.control("GET", "webhooks")["pending"] == 0, "undelivered events delivered")
        told = {json.loads(delivery.body)["id"] for delivery in receiver.deliveries[refused:]}
        assert told == set(before["events"])
        now = sandbox.control("POST", "clock/advance", {"seconds": 1})["now"]
        assert now > before["session"]["created"] + 100_000
        assert [email["id"] for email in before["inbox"]["emails"]] == [email_id]


def test_idempotency_keys_outlive_a_restart(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as sandbox:
        api = Api(sandbox)
        first = api.made("POST", "/v1/customers", "name=A", Idempotency_Key="kept")
        email_id = send(api, "kept")
        sandbox.stop()
        sandbox.start()
        assert api.made("POST", "/v1/customers", "name=A", Idempotency_Key="kept") == first
        assert send(api, "kept") == email_id


def test_a_session_whose_time_ran_out_meanwhile_expires_by_itself(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as sandbox:
        api = Api(sandbox)
        session = api.made("POST", "/v1/checkout/sessions", session_form())
        sandbox.stop()
        later = {"kind": "clock", "record": {"id": "the clock", "ahead_seconds": 25 * 60 * 60}}
        with (tmp_path / FILE_NAME).open("a") as journal:
            journal.write(json.dumps(later) + "\n")
        sandbox.start()
        path = f"/v1/checkout/sessions/{session['id']}"
        eventually(lambda: api.made("GET", path)["status"] == "expired", "the session expired")
        events = api.made("GET", "/v1/events?type=checkout.session.expired")["data"]
        assert [event["data"]["object"]["id"] for event in events] == [session["id"]]


def test_the_last_snapshot_wins_and_the_order_is_that_of_creation(tmp_path: Path) -> None:
    store = Store(journal := Journal(tmp_path))
    for record in ({"id": "a", "n": 1}, {"id": "b", "n": 2}, {"id": "a", "n": 3}):
        store.put("thing", record)
    journal.close()

    again = Store(reopened := Journal(tmp_path))
    assert list(again.newest_first("thing")) == [{"id": "b", "n": 2}, {"id": "a", "n": 3}]
    reopened.close()


def test_two_sandboxes_cannot_share_a_home(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with pytest.raises(JournalInUse):
        Journal(tmp_path)
    journal.close()
    Journal(tmp_path).close()


def test_an_index_follows_the_record_and_knows_only_its_own_fields(tmp_path: Path) -> None:
    store = Store(journal := Journal(tmp_path))
    store.put("charge", {"id": "ch_1", "payment_intent": "pi_1"})
    store.put("charge", {"id": "ch_1", "payment_intent": "pi_2"})
    assert store.find("charge", "payment_intent", "pi_1") == []
    assert [charge["id"] for charge in store.find("charge", "payment_intent", "pi_2")] == ["ch_1"]
    with pytest.raises(LookupError):
        store.find("charge", "amount", "5")
    journal.close()


def test_no_two_lives_of_it_make_the_same_ids(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as sandbox:
        made: list[str] = []
        for _life in range(2):
            made += [Api(sandbox).made("POST", "/v1/customers")["id"] for _ in range(100)]
            sandbox.kill()
            sandbox.start()
    assert len(set(made)) == len(made)
