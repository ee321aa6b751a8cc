"""A customer pays by bank transfer, in two parts, and a person says each time that the money came."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from database.engine import Database
from stack.errors import StackError
from stack.shopper import Shopper
from tests.scenarios.storytelling import await_email, emails, eventually, open_account
from tests.scenarios.subscriptions import assert_in_order

PRICE, CREDITS = 2_999, 2_000


def _claim(shopper: Shopper, invoice_id: str, minor: int) -> dict[str, Any]:
    body = {
        "invoice_id": invoice_id, "amount_minor": minor, "currency": "USD",
        "paid_on": datetime.now(UTC).date().isoformat(),
    }  # fmt: skip
    claim: dict[str, Any] = shopper.command("/v1/billing/payment-claims/", body, str(uuid4()))["result"]
    return claim


def _approve(shopper: Shopper, claim: dict[str, Any]) -> dict[str, Any]:
    way, seen = f"/v1/admin/payments/{claim['id']}/approve/", {"fingerprint": claim["fingerprint"]}
    approved: dict[str, Any] = shopper.command(way, seen, str(uuid4()))["result"]
    return approved


def _await_mail(shopper: Shopper, subject: str) -> dict[str, Any]:
    eventually(lambda: [mail for mail in emails(shopper) if mail["subject"].startswith(subject)], subject)
    return next(mail for mail in emails(shopper) if mail["subject"].startswith(subject))


def test_a_package_is_paid_by_transfer_in_two_parts(shopper: Shopper, stack_books: Database) -> None:
    account_id = open_account(shopper, "Uma's Orchard")
    ordered = {"account_id": account_id, "package": "value"}
    told = shopper.command("/v1/billing/manual-payments/", ordered, str(uuid4()))["result"]
    invoice_id, number = told["invoice_id"], told["invoice_number"]
    assert told["reference"].startswith("RF")
    mail = _await_mail(shopper, f"How to pay invoice {number}")
    assert [attached["filename"] for attached in mail["attachments"]] == [f"{number}.pdf"]

    first = _claim(shopper, invoice_id, 1_000)
    proof = {"content": base64.b64encode(b"%PDF-1.7").decode()}
    proven = shopper.command(f"/v1/billing/payment-claims/{first['id']}/proof/", proof, str(uuid4()))["result"]
    with pytest.raises(StackError, match="stale_approval"):
        _approve(shopper, first)
    assert _approve(shopper, proven)["status"] == "approved"
    _await_mail(shopper, "We have received your payment of 10.00 USD")
    assert shopper.get("/v1/billing/credits/balance/", account_id=account_id)["balance"] == 0
    assert shopper.get(f"/v1/billing/manual-payments/{invoice_id}/")["left_minor"] == 1_999

    _approve(shopper, _claim(shopper, invoice_id, 1_999))
    assert await_email(shopper, invoice_id)["status"] == "paid"
    assert shopper.get("/v1/billing/credits/balance/", account_id=account_id)["balance"] == CREDITS
    assert_in_order(stack_books)


def test_what_did_not_come_is_rejected_and_told(shopper: Shopper, stack_books: Database) -> None:
    account_id = open_account(shopper, "Ola's Bakery")
    ordered = {"account_id": account_id, "package": "value"}
    invoice_id = shopper.command("/v1/billing/manual-payments/", ordered, str(uuid4()))["result"]["invoice_id"]
    claim = _claim(shopper, invoice_id, PRICE + 1)
    reason = {"reason": "No such amount came."}
    rejected = shopper.command(f"/v1/admin/payments/{claim['id']}/reject/", reason, str(uuid4()))["result"]
    assert rejected["status"] == "rejected"
    _await_mail(shopper, "We could not find your payment of 30.00 USD")
    with pytest.raises(StackError, match="claim_decided"):
        _approve(shopper, claim)
    assert_in_order(stack_books)
