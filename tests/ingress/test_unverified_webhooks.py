"""Webhooks whose signature takes a certificate: by one that is known they are let in, else they wait apart."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.orm import Session

from database.unverified import UNVERIFIED_MAX
from settings import Settings
from tests.credentials.kept import provider
from tests.gateways.forging import forge
from tests.gateways.paypal_side import Headers, PayPalSide, event, replaced
from tests.ingress.running_door import in_thread
from tests.ingress.test_webhook_secrets import PROMISED_SECONDS

Rows = Callable[..., list[tuple[Any, ...]]]
PATH = "/v1/billing/webhooks/paypal/"
INBOX = "SELECT gateway, event_id, transmission_id FROM inbox ORDER BY id"
WAITING = "SELECT gateway, event_id, certificate_url, hinted_at IS NOT NULL FROM unverified_events ORDER BY id"
# slower than would fill the table where no worker is
PACE_SECONDS = 0.02
KNOW = "INSERT INTO gateway_certificates VALUES ('paypal', %s, %s, now() + interval '1 year')"
FILL = """
    INSERT INTO unverified_events (id, gateway, transmission_id, event_id, event_type, body, certificate_url, evidence)
    SELECT gen_random_uuid(), 'paypal', 'made up ' || n, 'WH-1', 'X', '{}', 'https://', '{}'
    FROM generate_series(1, %s) AS n
"""


@pytest.fixture
def unknowing_door(with_paypal: Settings) -> Iterator[httpx.Client]:
    """A door that knows no certificate."""
    with in_thread(with_paypal) as client:
        yield client


@pytest.fixture
def knowing_door(with_paypal: Settings, signer: PayPalSide, rows: Rows) -> Iterator[httpx.Client]:
    """A door that knows the one that PayPal signs with."""
    rows(KNOW, signer.url, signer.pem.decode())
    with in_thread(with_paypal) as client:
        yield client


def bring(door: httpx.Client, body: bytes, headers: Headers) -> int:
    return door.post(PATH, content=body, headers=headers).status_code


def test_by_a_known_certificate_an_event_is_let_in_at_once(
    knowing_door: httpx.Client, signer: PayPalSide, rows: Rows
) -> None:
    body = event("WH-1")
    assert bring(knowing_door, body, signer.headers(body, transmission_id="t-1")) == 200
    assert rows(INBOX) == [("paypal", "WH-1", "t-1")]
    assert [stored.encode() for (stored,) in rows("SELECT body FROM inbox")] == [body]
    assert rows(WAITING) == []


def test_by_one_that_is_not_known_it_waits_apart_and_is_answered_alike(
    unknowing_door: httpx.Client, signer: PayPalSide, rows: Rows
) -> None:
    body = event("WH-1")
    assert bring(unknowing_door, body, signer.headers(body)) == 200
    assert rows(WAITING) == [("paypal", "WH-1", signer.url, True)]
    assert [stored.encode() for (stored,) in rows("SELECT body FROM unverified_events")] == [body]
    assert rows(INBOX) == []


def test_a_door_notices_when_a_certificate_becomes_known(
    unknowing_door: httpx.Client, signer: PayPalSide, rows: Rows
) -> None:
    rows(KNOW, signer.url, signer.pem.decode())
    began = time.monotonic()
    while rows(INBOX) == []:
        assert time.monotonic() - began < PROMISED_SECONDS
        body = event(f"WH-{uuid4()}")
        assert bring(unknowing_door, body, signer.headers(body)) == 200
        time.sleep(0.1)


def test_a_door_notices_where_the_vendor_is(
    with_paypal: Settings, tmp_path: Path, owner_session: Session, rows: Rows
) -> None:
    """`provider set paypal endpoint`: its certificates lie there from then on, and no more where they lay."""
    elsewhere = PayPalSide(tmp_path, base="https://paypal.stand-in.example/paypal")
    body = event("WH-1")
    with in_thread(with_paypal) as door:
        assert bring(door, body, elsewhere.headers(body)) == 400
        provider(owner_session, "paypal", endpoint="https://paypal.stand-in.example/paypal")
        owner_session.commit()
        began = time.monotonic()
        while bring(door, body, elsewhere.headers(body, transmission_id="t-1")) != 200:
            assert time.monotonic() - began < PROMISED_SECONDS
            time.sleep(0.1)
        assert bring(door, body, PayPalSide(tmp_path).headers(body)) == 400
    assert rows(WAITING) == [("paypal", "WH-1", elsewhere.url, True)]


def test_anything_wrong_is_refused_alike_and_leaves_no_row(
    knowing_door: httpx.Client, signer: PayPalSide, rows: Rows
) -> None:
    body = event("WH-1")
    genuine = signer.headers(body)
    elsewhere = signer.url.replace("https://", "https://evil.example/")
    for wrong, headers in (
        (body, []),
        (body.replace(b"COMPLETED", b"PENDING"), genuine),
        (body, signer.headers(body, "SOMEBODYELSES")),
        (body, signer.headers(body, age_seconds=5 * 24 * 60 * 60)),
        (body, replaced(genuine, "paypal-auth-algo", b"SHA1withRSA")),
        (body, replaced(genuine, "paypal-cert-url", elsewhere.encode())),
        (body, [*genuine, genuine[0]]),
        (b"{}", signer.headers(b"{}")),
    ):
        assert bring(knowing_door, wrong, headers) == 400
    assert (rows(INBOX), rows(WAITING)) == ([], [])


@pytest.mark.parametrize("door_that", ["knowing_door", "unknowing_door"])
def test_a_transmission_that_comes_again_is_welcome_and_with_another_body_refused(
    door_that: str, request: pytest.FixtureRequest, signer: PayPalSide, rows: Rows
) -> None:
    """The forged body has a genuine signature: it was made of one that somebody has seen."""
    door: httpx.Client = request.getfixturevalue(door_that)
    body = event("WH-1")
    headers = signer.headers(body)
    forged = forge({**json.loads(body), "id": "WH-2", "event_type": "PAYMENT.CAPTURE.REFUNDED"}, body)
    assert [bring(door, each, headers) for each in (body, body, forged, body, forged)] == [200, 200, 400, 200, 400]
    kept = rows(INBOX) if door_that == "knowing_door" else rows(WAITING)
    assert [event_id for _, event_id, *_ in kept] == ["WH-1"]


def test_an_event_is_known_by_its_id_as_well(knowing_door: httpx.Client, signer: PayPalSide, rows: Rows) -> None:
    body = event("WH-1")
    assert {bring(knowing_door, body, signer.headers(body)) for _ in range(3)} == {200}
    assert len(rows(INBOX)) == 1


def test_beyond_so_many_the_sender_is_asked_to_come_again(
    unknowing_door: httpx.Client, signer: PayPalSide, rows: Rows
) -> None:
    rows(FILL, UNVERIFIED_MAX - 1)
    first, second = event("WH-1"), event("WH-2")
    assert bring(unknowing_door, first, signer.headers(first)) == 200
    answer = unknowing_door.post(PATH, content=second, headers=signer.headers(second))
    assert (answer.status_code, bool(answer.headers["retry-after"])) == (429, True)
    rows("UPDATE unverified_events SET state = 'parked' WHERE transmission_id LIKE 'made up%%'")
    assert bring(unknowing_door, second, signer.headers(second)) == 200, "what waits for a person takes no place"


def test_a_door_that_is_to_ask_lets_nobody_in_by_itself(with_paypal: Settings, signer: PayPalSide, rows: Rows) -> None:
    rows(KNOW, signer.url, signer.pem.decode())
    body = event("WH-1")
    with in_thread(with_paypal.model_copy(update={"paypal_webhook_verification": "by_paypal"})) as door:
        assert bring(door, body, signer.headers(body)) == 200
    assert rows(WAITING) == [("paypal", "WH-1", "", True)]


def test_why_one_is_refused_stands_in_the_log_and_the_sender_is_not_told(
    knowing_door: httpx.Client, signer: PayPalSide, capfd: pytest.CaptureFixture[str]
) -> None:
    """As when the webhook was made anew, and its id is not known here yet."""
    body = event("WH-1")
    answer = knowing_door.post(PATH, content=body, headers=signer.headers(body, "WEBHOOKTHATWASMADEANEW"))
    assert (answer.status_code, answer.json()["detail"]) == (400, "The webhook was refused.")
    [told] = [line for line in "".join(capfd.readouterr()).splitlines() if "webhook_refused" in line]
    assert "it is not signed for a webhook of ours (****CATA)" in told
    assert "warning" in told


def test_no_log_line_has_what_signed_an_event(
    unknowing_door: httpx.Client, signer: PayPalSide, capfd: pytest.CaptureFixture[str]
) -> None:
    body = event("WH-1")
    headers = signer.headers(body)
    assert bring(unknowing_door, body, headers) == 200
    assert bring(unknowing_door, body + b" ", headers) == 400
    told = "".join(capfd.readouterr())
    assert "webhooks_unverified" in told
    assert "webhook_refused" in told
    said = dict(headers)
    for name in (b"paypal-transmission-sig", b"paypal-transmission-id", b"paypal-cert-url"):
        assert said[name].decode() not in told


def test_while_certificates_change_no_event_is_lost(with_paypal: Settings, tmp_path: Path, rows: Rows) -> None:
    """Each is in the inbox or waits for a worker, whenever the door learns of the new one."""
    sides = [PayPalSide(tmp_path) for _ in range(4)]
    trusting = with_paypal.model_copy(update={"paypal_trust_file": sides[0].authority.trust_file})
    sent: list[str] = []
    answers: list[int] = []
    is_over = Event()

    with in_thread(trusting) as door:

        def send() -> None:
            while not is_over.is_set():
                body = event(f"WH-{uuid4()}")
                answers.append(bring(door, body, sides[-1 if len(sent) % 3 else 0].headers(body)))
                sent.append(json.loads(body)["id"])
                time.sleep(PACE_SECONDS)

        senders = [Thread(target=send) for _ in range(4)]
        for sender in senders:
            sender.start()
        for side in sides:
            rows(KNOW, side.url, side.pem.decode())
            time.sleep(1)
        is_over.set()
        for sender in senders:
            sender.join()

    assert set(answers) == {200}
    stored = rows("SELECT event_id FROM inbox UNION SELECT event_id FROM unverified_events")
    assert {event_id for (event_id,) in stored} == set(sent)
    assert rows("SELECT count(*) FROM inbox") > [(0,)]
