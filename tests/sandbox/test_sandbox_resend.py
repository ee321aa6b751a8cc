"""Resend's API and the inbox behind it."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import resend

from tests.sandbox.running import ANSWER_SECONDS, Json, RunningSandbox

PDF = b"%PDF-1.7 not really"
MAIL: resend.Emails.SendParams = {
    "from": "Example Billing <billing@example.com>",
    "to": ["ada@example.com"],
    "subject": "Your invoice",
    "html": "<p>Thank you <script>alert(1)</script></p>",
    "text": "Thank you",
}


@pytest.fixture
def vendor(sandbox_server: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> RunningSandbox:
    """The vendor's own client, pointed at the sandbox."""
    monkeypatch.setattr(resend, "api_key", "re_sandbox")
    monkeypatch.setattr(resend, "api_url", sandbox_server.address)
    return sandbox_server


def post(sandbox: RunningSandbox, message: object, key: str = "re_sandbox", **headers: str) -> requests.Response:
    """A raw send."""
    sent = {"Authorization": f"Bearer {key}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return requests.post(f"{sandbox.address}/emails", json=message, headers=sent, timeout=ANSWER_SECONDS)


def inbox(sandbox: RunningSandbox, subject: str) -> list[Json]:
    """What arrived under a subject."""
    emails = sandbox.control("GET", "inbox.json")["emails"]
    return [email for email in emails if email["subject"] == subject]


def test_a_picture_of_the_mail_is_shown_in_it(vendor: RunningSandbox) -> None:
    picture: resend.Attachment = {"filename": "logo.png", "content": "AAAA", "content_id": "logo"}
    sent = resend.Emails.send({**MAIL, "subject": "Branded", "html": '<img src="cid:logo">', "attachments": [picture]})
    shown = requests.get(f"{vendor.address}/sandbox/inbox/{sent['id']}/html", timeout=ANSWER_SECONDS)
    assert shown.text == '<img src="data:image/png;base64,AAAA">'


def test_an_invoice_is_sent_with_the_vendors_client_and_can_be_looked_at(vendor: RunningSandbox) -> None:
    attachment: resend.Attachment = {"filename": "INV-1.pdf", "content": base64.b64encode(PDF).decode()}
    message: resend.Emails.SendParams = {**MAIL, "attachments": [attachment], "tags": [{"name": "a", "value": "b"}]}
    sent = resend.Emails.send(message, {"idempotency_key": "invoice-1"})
    again = resend.Emails.send(message, {"idempotency_key": "invoice-1"})
    assert sent["id"] == again["id"]
    found = resend.Emails.get(sent["id"])
    assert (found["subject"], found["to"], found["last_event"]) == ("Your invoice", ["ada@example.com"], "delivered")

    (email,) = inbox(vendor, "Your invoice")
    assert email["idempotency_key"] == "invoice-1"
    digest = hashlib.sha256(PDF).hexdigest()
    assert email["attachments"] == [{"filename": "INV-1.pdf", "size": len(PDF), "sha256": digest}]

    pages = f"{vendor.address}/sandbox/inbox"
    assert "Your invoice" in requests.get(pages, timeout=ANSWER_SECONDS).text
    page = requests.get(f"{pages}/{sent['id']}", timeout=ANSWER_SECONDS).text
    assert "Thank you" in page
    assert "<script>" not in page
    frame = requests.get(f"{pages}/{sent['id']}/html", timeout=ANSWER_SECONDS)
    assert frame.text == MAIL["html"]
    assert frame.headers["Content-Security-Policy"].startswith("sandbox;")
    file = requests.get(f"{pages}/{sent['id']}/attachments/0", timeout=ANSWER_SECONDS)
    assert file.content == PDF
    assert "INV-1.pdf" in file.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("change", "status", "name"),
    [
        ({"from": None}, 422, "missing_required_field"),
        ({"to": []}, 422, "missing_required_field"),
        ({"subject": ""}, 422, "missing_required_field"),
        ({"html": None, "text": None}, 422, "validation_error"),
        ({"from": "nobody"}, 422, "validation_error"),
        ({"from": "a@example.com\r\nBcc: b@example.com"}, 422, "validation_error"),
        ({"to": ["not an address"]}, 422, "validation_error"),
        ({"to": ["a@example.com"] * 51}, 422, "validation_error"),
        ({"attachments": [{"filename": "a.pdf", "content": "not base64!"}]}, 422, "validation_error"),
        ({"attachments": [{"content": "AAAA"}]}, 422, "validation_error"),
        ({"attachments": [{"filename": "a", "content": "AAAA", "content_id": "x" * 128}]}, 422, "validation_error"),
        ({"tags": "x"}, 422, "validation_error"),
        ({"invented": 1}, 422, "validation_error"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_resends_words(
    sandbox_server: RunningSandbox, change: Json, status: int, name: str
) -> None:
    message: Json = {**MAIL, "subject": "refused", **change}
    answer = post(sandbox_server, {field: value for field, value in message.items() if value is not None})
    assert (answer.status_code, answer.json()["statusCode"], answer.json()["name"]) == (status, status, name)
    assert inbox(sandbox_server, "refused") == []


def test_the_vendors_client_maps_our_errors(vendor: RunningSandbox) -> None:
    with pytest.raises(resend.exceptions.ValidationError):
        resend.Emails.send({**MAIL, "from": "nobody"})
    with pytest.raises(resend.exceptions.MissingRequiredFieldsError):
        resend.Emails.send({**MAIL, "subject": ""})
    vendor.arm("429", path="/emails", count=1)
    with pytest.raises(resend.exceptions.RateLimitError):
        resend.Emails.send(MAIL)
    vendor.arm("500", path="/emails", count=1)
    with pytest.raises(resend.exceptions.ApplicationError):
        resend.Emails.send(MAIL)


def test_keys_are_asked_for(sandbox_server: RunningSandbox) -> None:
    assert post(sandbox_server, MAIL, key="re_other").json()["name"] == "invalid_api_key"
    nothing = requests.post(f"{sandbox_server.address}/emails", json=MAIL, timeout=ANSWER_SECONDS)
    assert (nothing.status_code, nothing.json()["name"]) == (401, "missing_api_key")
    headers = {"Authorization": "Bearer re_sandbox"}
    unknown = requests.get(f"{sandbox_server.address}/emails/none", headers=headers, timeout=ANSWER_SECONDS)
    assert (unknown.status_code, unknown.json()["name"]) == (404, "not_found")


def test_another_message_under_the_same_key_is_refused(sandbox_server: RunningSandbox) -> None:
    assert post(sandbox_server, MAIL, Idempotency_Key="mail-2").status_code == 200
    answer = post(sandbox_server, {**MAIL, "text": "other"}, Idempotency_Key="mail-2")
    assert (answer.status_code, answer.json()["name"]) == (409, "invalid_idempotent_request")


def test_two_sends_at_once_under_one_key_conflict(sandbox_server: RunningSandbox) -> None:
    with ThreadPoolExecutor(1) as pool:
        with sandbox_server.stuck("/emails") as wait_until_stuck:
            first = pool.submit(post, sandbox_server, MAIL, Idempotency_Key="mail-3")
            wait_until_stuck()
            second = post(sandbox_server, MAIL, Idempotency_Key="mail-3")
        assert (second.status_code, second.json()["name"]) == (409, "concurrent_idempotent_requests")
        assert first.result().status_code == 200


def test_a_lost_answer_and_a_repeat_send_one_message(sandbox_server: RunningSandbox) -> None:
    message = {**MAIL, "subject": "lost"}
    sandbox_server.arm("answer_lost", path="/emails", count=1)
    with pytest.raises(requests.ConnectionError):
        post(sandbox_server, message, Idempotency_Key="mail-4")
    assert post(sandbox_server, message, Idempotency_Key="mail-4").status_code == 200
    assert len(inbox(sandbox_server, "lost")) == 1


def test_without_a_key_a_repeat_is_a_second_message(sandbox_server: RunningSandbox) -> None:
    message = {**MAIL, "subject": "twice"}
    post(sandbox_server, message)
    post(sandbox_server, message)
    assert len(inbox(sandbox_server, "twice")) == 2


def test_a_refused_message_may_be_mended_under_its_key(sandbox_server: RunningSandbox) -> None:
    assert post(sandbox_server, {**MAIL, "from": "nobody"}, Idempotency_Key="mail-5").status_code == 422
    assert post(sandbox_server, MAIL, Idempotency_Key="mail-5").status_code == 200
