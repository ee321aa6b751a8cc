"""The sandbox's PayPal tells what happened: signed, again and again, and once more for whoever asks."""

import json
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import DNSName, load_pem_x509_certificate, load_pem_x509_certificates
from cryptography.x509.verification import PolicyBuilder, Store

from settings import SANDBOX_PAYPAL_WEBHOOK_ID
from tests.contracts.paypal_shapes import validate_event
from tests.sandbox.paypal.calling import PayPal
from tests.sandbox.running import ANSWER_SECONDS, Delivery, Json, Receiver, eventually, running_sandbox

EVENTS = "/v1/notifications/webhooks-events"
VERIFY = "/v1/notifications/verify-webhook-signature"
SIGNER = "messageverificationcerts.sandbox.paypal.com"


@pytest.fixture
def hooked_paypal(paypal: PayPal, receiver: Receiver) -> Iterator[PayPal]:
    """A PayPal whose events go to the receiver."""
    paypal.sandbox.set(paypal_webhook_url=receiver.url)
    yield paypal
    quiet(paypal)


def quiet(paypal: PayPal) -> None:
    eventually(lambda: paypal.sandbox.control("GET", "webhooks")["pending"] == 0, "all deliveries accepted")


def told(receiver: Receiver) -> list[Json]:
    return [json.loads(delivery.body) for delivery in receiver.deliveries]


def approved(paypal: PayPal) -> Json:
    """An order that its buyer agreed to: PayPal tells of it."""
    order = paypal.order()
    paypal.approve(order)
    return order


def transmission(delivery: Delivery, webhook_id: str = SANDBOX_PAYPAL_WEBHOOK_ID) -> Json:
    """As PayPal wants to be asked about it, but for the event."""
    said = {name.removeprefix("paypal-").replace("-", "_"): value for name, value in delivery.headers.items()}
    names = ("transmission_id", "transmission_time", "transmission_sig", "cert_url", "auth_algo")
    return {name: said[name] for name in names} | {"webhook_id": webhook_id}


def is_signed(delivery: Delivery, webhook_id: str = SANDBOX_PAYPAL_WEBHOOK_ID) -> bool:
    """By PayPal's documentation and nothing of ours."""
    said = transmission(delivery)
    pem = requests.get(said["cert_url"], timeout=ANSWER_SECONDS).content
    key = load_pem_x509_certificate(pem).public_key()
    assert isinstance(key, RSAPublicKey)
    text = f"{said['transmission_id']}|{said['transmission_time']}|{webhook_id}|{crc32(delivery.body)}"
    try:
        key.verify(b64decode(said["transmission_sig"]), text.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def ask(paypal: PayPal, asked: Json, body: bytes) -> str:
    """What PayPal says to an event, byte for byte."""
    content = json.dumps(asked)[:-1].encode() + b', "webhook_event": ' + body + b"}"
    headers = {"Authorization": f"Bearer {paypal.token or paypal.sign_in()}", "Content-Type": "application/json"}
    url = f"{paypal.sandbox.address}/paypal{VERIFY}"
    answer = requests.post(url, data=content, headers=headers, timeout=ANSWER_SECONDS)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["verification_status"])


def test_an_approval_is_told_signed_under_the_webhooks_id(hooked_paypal: PayPal, receiver: Receiver) -> None:
    order = approved(hooked_paypal)
    quiet(hooked_paypal)
    [delivery] = receiver.deliveries
    [event] = told(receiver)
    validate_event(event)
    assert (event["event_type"], event["resource"]["id"]) == ("CHECKOUT.ORDER.APPROVED", order["id"])
    assert is_signed(delivery)
    assert not is_signed(delivery, "ANOTHERWEBHOOK")


def test_its_certificate_is_vouched_for_by_the_trust_file_alone(hooked_paypal: PayPal, receiver: Receiver) -> None:
    approved(hooked_paypal)
    quiet(hooked_paypal)
    url = transmission(receiver.deliveries[0])["cert_url"]
    assert url.startswith(f"{hooked_paypal.sandbox.address}/paypal/v1/notifications/certs/CERT-")
    leaf, *others = load_pem_x509_certificates(requests.get(url, timeout=ANSWER_SECONDS).content)
    trust_file = Path(hooked_paypal.sandbox.control("GET", "paypal/certificates")["trust_file"])
    anchors = load_pem_x509_certificates(trust_file.read_bytes())
    verifier = PolicyBuilder().store(Store(anchors)).time(datetime.now(UTC)).build_server_verifier(DNSName(SIGNER))
    assert verifier.verify(leaf, others)


def test_after_a_rotation_it_signs_with_another_and_serves_both(hooked_paypal: PayPal, receiver: Receiver) -> None:
    for _ in range(2):
        approved(hooked_paypal)
        quiet(hooked_paypal)
        hooked_paypal.sandbox.control("POST", "paypal/certificates/rotate")
    urls = {transmission(delivery)["cert_url"] for delivery in receiver.deliveries}
    assert len(urls) == 2
    assert all(is_signed(delivery) for delivery in receiver.deliveries)


def test_a_try_bears_the_transmission_of_the_first_one(hooked_paypal: PayPal, receiver: Receiver) -> None:
    receiver.statuses = [500, 503]
    approved(hooked_paypal)
    quiet(hooked_paypal)
    said = [transmission(delivery) for delivery in receiver.deliveries]
    assert len(said) == 3
    assert {(each["transmission_id"], each["transmission_time"]) for each in said} == {
        (said[0]["transmission_id"], said[0]["transmission_time"])
    }


def test_the_faults_of_deliveries_befall_it_too(hooked_paypal: PayPal, receiver: Receiver) -> None:
    hooked_paypal.sandbox.control("POST", "faults", {"kind": "duplicate", "copies": 3, "count": 1})
    hooked_paypal.sandbox.control("POST", "faults", {"kind": "drop", "event_types": ["PAYMENT.CAPTURE.COMPLETED"]})
    order = approved(hooked_paypal)
    hooked_paypal.made("POST", f"/v2/checkout/orders/{order['id']}/capture")
    quiet(hooked_paypal)
    by_type: dict[str, set[str]] = defaultdict(set)
    for delivery, event in zip(receiver.deliveries, told(receiver), strict=True):
        by_type[event["event_type"]].add(transmission(delivery)["transmission_id"])
    assert len(by_type["CHECKOUT.ORDER.APPROVED"]) == 3
    assert "PAYMENT.CAPTURE.COMPLETED" not in by_type
    listed = hooked_paypal.made("GET", f"{EVENTS}?event_type=PAYMENT.CAPTURE.COMPLETED")["events"]
    assert listed[0]["resource"]["supplementary_data"]["related_ids"]["order_id"] == order["id"]


def test_only_what_the_webhook_wants_is_sent(hooked_paypal: PayPal, receiver: Receiver) -> None:
    hooked_paypal.sandbox.set(paypal_enabled_events=["PAYMENT.CAPTURE.COMPLETED"])
    order = approved(hooked_paypal)
    hooked_paypal.made("POST", f"/v2/checkout/orders/{order['id']}/capture")
    quiet(hooked_paypal)
    assert [event["event_type"] for event in told(receiver)] == ["PAYMENT.CAPTURE.COMPLETED"]


def test_events_are_listed_newest_first_page_by_page(hooked_paypal: PayPal) -> None:
    ids = [approved(hooked_paypal)["id"] for _ in range(5)]
    found: list[str] = []
    path = f"{EVENTS}?page_size=2&event_type=CHECKOUT.ORDER.APPROVED"
    while path and len(found) < 5:
        page = hooked_paypal.made("GET", path)
        found += [event["resource"]["id"] for event in page["events"]]
        after = [link["href"] for link in page["links"] if link["rel"] == "next"]
        path = after[0].removeprefix(f"{hooked_paypal.sandbox.address}/paypal") if after else ""
    assert found[:5] == ids[::-1]


def test_a_list_is_of_a_window_or_of_one_resource(hooked_paypal: PayPal) -> None:
    order = approved(hooked_paypal)
    [event] = hooked_paypal.made("GET", f"{EVENTS}?transaction_id={order['id']}")["events"]
    at = event["create_time"]
    about = f"transaction_id={order['id']}"
    assert hooked_paypal.made("GET", f"{EVENTS}?start_time={at}&end_time={at}&{about}")["count"] == 1
    assert hooked_paypal.made("GET", f"{EVENTS}?start_time=2099-01-01T00:00:00Z&{about}")["count"] == 0
    assert hooked_paypal.made("GET", f"{EVENTS}?end_time=2020-01-01T00:00:00Z&{about}")["count"] == 0
    for wrong in ("start_time=yesterday", "page_size=0", "page_size=301", "page_size=x", "sort=asc"):
        assert hooked_paypal.call("GET", f"{EVENTS}?{wrong}")[0] == 400


def test_one_is_read_and_sent_again_as_a_transmission_of_its_own(hooked_paypal: PayPal, receiver: Receiver) -> None:
    approved(hooked_paypal)
    quiet(hooked_paypal)
    [event] = told(receiver)
    assert hooked_paypal.made("GET", f"{EVENTS}/{event['id']}") == event
    assert hooked_paypal.call("POST", f"{EVENTS}/{event['id']}/resend") == (202, event)
    quiet(hooked_paypal)
    assert told(receiver) == [event, event]
    assert len({transmission(delivery)["transmission_id"] for delivery in receiver.deliveries}) == 2
    assert hooked_paypal.call("GET", f"{EVENTS}/WH-NOBODY")[0] == 404


def test_paypal_says_which_it_has_signed(hooked_paypal: PayPal, receiver: Receiver) -> None:
    approved(hooked_paypal)
    quiet(hooked_paypal)
    [delivery] = receiver.deliveries
    asked = transmission(delivery)
    assert ask(hooked_paypal, asked, delivery.body) == "SUCCESS"
    assert ask(hooked_paypal, asked, json.dumps(json.loads(delivery.body), indent=1).encode()) == "FAILURE"
    for spoilt in (
        {"webhook_id": "ANOTHER"},
        {"transmission_id": "another"},
        {"transmission_time": "2026-01-01T00:00:00Z"},
        {"transmission_sig": "AAAA"},
        {"cert_url": "https://evil.example/v1/notifications/certs/CERT-1"},
        {"auth_algo": "SHA1withRSA"},
    ):
        assert ask(hooked_paypal, {**asked, **spoilt}, delivery.body) == "FAILURE"


def test_the_webhook_is_told_as_it_is_set_up(hooked_paypal: PayPal, receiver: Receiver) -> None:
    [webhook] = hooked_paypal.made("GET", "/v1/notifications/webhooks")["webhooks"]
    assert (webhook["id"], webhook["url"]) == (SANDBOX_PAYPAL_WEBHOOK_ID, receiver.url)
    assert hooked_paypal.made("GET", f"/v1/notifications/webhooks/{webhook['id']}") == webhook
    assert hooked_paypal.call("GET", "/v1/notifications/webhooks/ANOTHER")[0] == 404


def test_what_it_signs_with_outlives_a_restart(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as sandbox:
        before = sandbox.control("GET", "paypal/certificates")
    with running_sandbox(tmp_path) as sandbox:
        assert sandbox.control("GET", "paypal/certificates") == before
