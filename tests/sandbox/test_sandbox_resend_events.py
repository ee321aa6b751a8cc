"""Resend's sandbox tells what became of mails, signed as Svix signs."""

import pytest
import requests
from standardwebhooks.webhooks import Webhook

from settings import SANDBOX_RESEND_WEBHOOK_SECRET
from tests.sandbox.running import ANSWER_SECONDS, Receiver, RunningSandbox, eventually

MAIL = {"from": "billing@example.com", "subject": "Your invoice", "text": "Thank you"}


def _send(sandbox: RunningSandbox, recipient: str) -> str:
    key = {"Authorization": "Bearer re_sandbox"}
    sent = requests.post(
        f"{sandbox.address}/emails", json={**MAIL, "to": [recipient]}, headers=key, timeout=ANSWER_SECONDS
    )
    return str(sent.json()["id"])


@pytest.mark.parametrize(
    ("recipient", "event_type"),
    [("bounced+one@resend.dev", "email.bounced"), ("Complained <complained@ada.example>", "email.complained")],
)
def test_some_addresses_bounce_and_some_complain(
    sandbox_server: RunningSandbox, receiver: Receiver, recipient: str, event_type: str
) -> None:
    sandbox_server.set(resend_webhook_url=receiver.url)
    email_id = _send(sandbox_server, recipient)
    eventually(lambda: len(receiver.deliveries) == 1, "the event to come")
    (delivery,) = receiver.deliveries
    as_the_package_has_them = {name.replace("svix-", "webhook-"): value for name, value in delivery.headers.items()}
    told = Webhook(SANDBOX_RESEND_WEBHOOK_SECRET).verify(delivery.body, as_the_package_has_them)
    assert (told["type"], told["data"]["email_id"], told["data"]["to"]) == (event_type, email_id, [recipient])


def test_of_others_nothing_is_told_but_what_a_person_says(sandbox_server: RunningSandbox, receiver: Receiver) -> None:
    sandbox_server.set(resend_webhook_url=receiver.url)
    email_id = _send(sandbox_server, "ada@ada.example")
    sandbox_server.control("POST", f"inbox/{email_id}/events", {"type": "email.bounced", "soft": True})
    eventually(lambda: len(receiver.deliveries) == 1, "the event to come")
    (delivery,) = receiver.deliveries
    assert b'"Transient"' in delivery.body
    for wanted, path in (({"type": "email.eaten"}, email_id), ({"type": "email.bounced"}, "nobody")):
        refused = requests.post(
            f"{sandbox_server.address}/sandbox/inbox/{path}/events", json=wanted, timeout=ANSWER_SECONDS
        )
        assert refused.status_code in {400, 404, 422}
