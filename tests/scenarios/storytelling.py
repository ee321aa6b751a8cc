"""Words the stories share."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from stack.shopper import Shopper

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.1


def open_account(shopper: Shopper, name: str = "Ada's Analytics") -> str:
    """An account of a customer in London."""
    body = {
        "name": name,
        "owner": "user-1",
        "billing_email": "billing@ada.example",
        "billing_address": {"line1": "12 Engine Row", "city": "London", "postal_code": "N1 9GU", "country": "GB"},
    }
    return str(shopper.command("/v1/accounts/", body, str(uuid4()))["result"]["id"])


def start_checkout(shopper: Shopper, account_id: str, package: str = "value", key: str = "") -> dict[str, Any]:
    """The finished operation that opened a hosted checkout."""
    body = {
        "account_id": account_id,
        "package": package,
        "success_url": "https://app.example/thanks",
        "cancel_url": "https://app.example/prices",
    }
    return shopper.command("/v1/billing/stripe/credit-checkout/", body, key or str(uuid4()))


def eventually(condition: Callable[[], object], what: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something is true; fail with its name when it does not become so."""
    deadline = time.monotonic() + patience_seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {patience_seconds:.0f} seconds for {what}"
        time.sleep(POLL_SECONDS)


def await_email(shopper: Shopper, invoice_id: str) -> dict[str, Any]:
    """The invoice, once it is paid, rendered and sent."""
    path = f"/v1/billing/invoices/{invoice_id}/"
    eventually(lambda: shopper.get(path)["pdf"], "the PDF")
    invoice: dict[str, Any] = shopper.get(path)
    subject = f"Payment received: {invoice['number']}"
    eventually(lambda: [m for m in emails(shopper) if m["subject"] == subject], "the e-mail")
    return invoice


def emails(shopper: Shopper) -> list[dict[str, Any]]:
    """What lies in the sandbox's inbox."""
    found: list[dict[str, Any]] = shopper.sandbox("GET", "/sandbox/inbox.json")["emails"]
    return found
