"""What leaves for Resend, and what must not."""

import dataclasses
from base64 import b64decode
from typing import Any

import pytest

from billing.errors import Rejected
from gateways.resend.client import ResendGateway
from gateways.resend.payload import ATTACHMENTS_BYTES_MAX, payload_of
from schemas.documents import EmailFacts

SENDER = "Example SaaS <billing@example.com>"
PDF = bytes(range(256))
EMAIL = EmailFacts(
    recipient="Zoë Example <zoe@example.com>",
    subject="Your invoice INV-2026-11-00001",
    html="<p>Thank you</p>",
    text="Thank you",
    attachments=(("INV-2026-11-00001.pdf", PDF),),
)


def test_an_email_with_its_pdf() -> None:
    payload = payload_of(EMAIL, SENDER)
    attachment = payload.pop("attachments")[0]
    assert payload == {
        "from": SENDER,
        "to": ["Zoë Example <zoe@example.com>"],
        "subject": "Your invoice INV-2026-11-00001",
        "html": "<p>Thank you</p>",
        "text": "Thank you",
    }
    assert attachment["filename"] == "INV-2026-11-00001.pdf"
    assert b64decode(attachment["content"]) == PDF


def test_a_picture_of_the_html_travels_under_its_content_id() -> None:
    file, picture = payload_of(dataclasses.replace(EMAIL, pictures=(("logo", b"PNG"),)), SENDER)["attachments"]
    assert "content_id" not in file
    assert (picture["filename"], picture["content_id"], b64decode(picture["content"])) == ("logo.png", "logo", b"PNG")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"recipient": "a@example.com, b@example.com"}, "email_address_refused"),
        ({"recipient": "nobody"}, "email_address_refused"),
        ({"recipient": "a@example.com\r\nBcc: b@example.com"}, "email_header_refused"),
        ({"recipient": ""}, "email_header_refused"),
        ({"subject": "Hello\nBcc: b@example.com"}, "email_header_refused"),
        ({"subject": "Hello\x00"}, "email_header_refused"),
        ({"subject": "x" * 999}, "email_header_refused"),
        ({"attachments": (("a\r\nb.pdf", PDF),)}, "email_header_refused"),
        ({"attachments": (("a.pdf", bytes(ATTACHMENTS_BYTES_MAX + 1)),)}, "email_too_large"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_what_could_smuggle_or_burst_is_rejected(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Rejected) as caught:
        payload_of(dataclasses.replace(EMAIL, **changes), SENDER)
    assert caught.value.code == code


@pytest.mark.parametrize("key", ["", "k" * 257])
def test_a_key_that_resend_would_not_take_is_a_bug(key: str) -> None:
    with pytest.raises(ValueError, match="256"):
        ResendGateway("re_made_up", "http://127.0.0.1:9").send(EMAIL, sender=SENDER, idempotency_key=key)


def test_an_invoice_is_named_beside_the_mail_so_that_its_number_can_be_found_again() -> None:
    marked = dataclasses.replace(
        EMAIL, invoice_id="0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10", invoice_number="INV-2026-11-00001"
    )
    assert payload_of(marked, SENDER)["tags"] == [
        {"name": "invoice", "value": "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"},
        {"name": "invoice_number", "value": "INV-2026-11-00001"},
    ]
