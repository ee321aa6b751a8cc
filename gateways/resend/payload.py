"""Puts a rendered e-mail into the JSON that Resend takes; refuses what could smuggle in a header or a recipient."""

from base64 import b64encode
from email.utils import getaddresses
from typing import Any

from billing.errors import Rejected
from schemas.documents import EmailFacts

ATTACHMENTS_BYTES_MAX = 25 * 1024 * 1024  # Resend takes 40 MB in all, after base64 has added a third
# https://resend.com/docs/dashboard/emails/tags
INVOICE_TAG, NUMBER_TAG = "invoice", "invoice_number"
HEADER_CHARACTERS_MAX = 998  # the longest line of RFC 5322


def payload_of(email: EmailFacts, sender: str) -> dict[str, Any]:
    """The body of `POST /emails`. Raises Rejected for an e-mail that must not go out as it is."""
    if sum(len(content) for _, content in (*email.attachments, *email.pictures)) > ATTACHMENTS_BYTES_MAX:
        raise Rejected("email_too_large", f"attachments are limited to {ATTACHMENTS_BYTES_MAX} bytes")
    return {
        "from": _one_address(sender),
        "to": [_one_address(email.recipient)],
        **({"cc": [_one_address(copy) for copy in email.copies]} if email.copies else {}),
        "subject": _header(email.subject),
        "html": email.html,
        "text": email.text,
        "attachments": [
            *(_attachment(name, content) for name, content in email.attachments),
            # https://resend.com/docs/dashboard/emails/embed-inline-images
            *(_attachment(f"{name}.png", content) | {"content_id": name} for name, content in email.pictures),
        ],
    } | _tags(email)


def _tags(email: EmailFacts) -> dict[str, Any]:
    """Resend takes letters, digits, underscores and dashes, which is what ids and numbers are made of."""
    named = {INVOICE_TAG: email.invoice_id, NUMBER_TAG: email.invoice_number}
    tags = [{"name": name, "value": value} for name, value in named.items() if value]
    return {"tags": tags} if tags else {}


def _attachment(name: str, content: bytes) -> dict[str, str]:
    return {"filename": _header(name), "content": b64encode(content).decode()}


def _one_address(value: str) -> str:
    """An address, with or without a name; a list of them would send a customer's invoice to strangers."""
    addresses = getaddresses([_header(value)])
    if len(addresses) != 1 or "@" not in addresses[0][1]:
        raise Rejected("email_address_refused", "an e-mail has exactly one sender and one recipient")
    return value


def _header(value: str) -> str:
    if not value or len(value) > HEADER_CHARACTERS_MAX or not value.isprintable():
        raise Rejected("email_header_refused", "an address, subject or file name is empty, too long or not printable")
    return value
