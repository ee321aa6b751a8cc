"""A customer returns what was not used: the money goes back, a credit note comes by mail, and no cent more."""

from typing import Any
from uuid import uuid4

import pytest

from database.engine import Database
from stack.errors import StackError
from stack.shopper import Shopper
from tests.scenarios.storytelling import emails, eventually, open_account, start_checkout
from tests.scenarios.subscriptions import assert_in_order

PRICE, CREDITS = 2_999, 2_000


def _buy(shopper: Shopper, account_id: str) -> str:
    """Credits on a hosted page; the payment, once it is heard of."""
    assert shopper.pay(start_checkout(shopper, account_id)["result"]["checkout_url"]) == 303
    eventually(lambda: _payments(shopper, account_id), "the payment to be heard of")
    return str(_payments(shopper, account_id)[0]["id"])


def _payments(shopper: Shopper, account_id: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = shopper.get("/v1/billing/receipts/", account_id=account_id, source="capture")["data"]
    return found


def _mails(shopper: Shopper, subject: str) -> list[dict[str, Any]]:
    return [mail for mail in emails(shopper) if mail["subject"] == subject]


def test_half_of_the_credits_are_used_and_the_other_half_is_refunded(shopper: Shopper, stack_books: Database) -> None:
    account_id = open_account(shopper, "Mara's Press")
    payment = _buy(shopper, account_id)
    shopper.command("/v1/billing/credits/consume/", {"account_id": account_id, "amount": CREDITS // 2}, str(uuid4()))

    way = f"/v1/admin/payments/{payment}/refund/"
    refund = shopper.command(way, {"note": "Until next time."}, str(uuid4()))["result"]
    assert (refund["amount_minor"], refund["status"]) == (PRICE // 2, "created")
    path = f"/v1/billing/refunds/{refund['id']}/"
    eventually(lambda: shopper.get(path)["status"] == "succeeded", "the gateway to give it back")
    assert shopper.get("/v1/billing/credits/balance/", account_id=account_id)["balance"] == 0

    [note] = shopper.get("/v1/billing/credit-notes/", account_id=account_id)["data"]
    assert (note["total_minor"], note["refunded_minor"], note["refund_id"]) == (PRICE // 2, PRICE // 2, refund["id"])
    eventually(lambda: _mails(shopper, "Your refund of 14.99 USD"), "the mail")
    [mail] = _mails(shopper, "Your refund of 14.99 USD")
    assert [attached["filename"] for attached in mail["attachments"]] == [f"{note['number']}.pdf"]

    with pytest.raises(StackError, match="credits_already_used"):
        shopper.command(way, {}, str(uuid4()))
    with pytest.raises(StackError, match=r"15\.00 USD can still be refunded"):
        shopper.command(way, {"amount_minor": PRICE, "used_credits": "forgive"}, str(uuid4()))
    assert_in_order(stack_books)


def test_a_credit_note_without_a_refund_pays_of_the_next_invoice(shopper: Shopper, stack_books: Database) -> None:
    account_id = open_account(shopper, "Ivo's Garage")
    _buy(shopper, account_id)
    [invoice] = shopper.get("/v1/billing/invoices/", account_id=account_id)["data"]
    wanted = {"amount_minor": 1_000, "reason": "product_unsatisfactory", "used_credits": "forgive"}
    note = shopper.command(f"/v1/admin/invoices/{invoice['id']}/credit/", wanted, str(uuid4()))["result"]
    assert (note["kept_minor"], note["refunded_minor"]) == (1_000, 0)
    assert shopper.get(f"/v1/accounts/{account_id}/")["kept_minor"] == {"USD": 1_000}
    starter = {"account_id": account_id, "plan": {"plan": "starter"}, "pay_by": "transfer"}
    shopper.command("/v1/billing/subscriptions/", starter, str(uuid4()))
    bills = shopper.get("/v1/billing/invoices/", account_id=account_id)["data"]
    assert [(bill["total_minor"], bill["balance_used_minor"]) for bill in bills] == [(9_900, 1_000), (PRICE, 0)]
    assert_in_order(stack_books)


def test_used_credits_are_owed_to_a_limit_and_the_next_ones_pay_for_them(
    shopper: Shopper, stack_books: Database
) -> None:
    account_id = open_account(shopper, "Runa's Observatory")
    payment = _buy(shopper, account_id)
    shopper.command("/v1/billing/credits/consume/", {"account_id": account_id, "amount": CREDITS}, str(uuid4()))

    way, limit = f"/v1/admin/payments/{payment}/refund/", f"/v1/admin/accounts/{account_id}/credit-debt-max/"
    shopper.command(limit, {"credit_debt_max": CREDITS - 1}, str(uuid4()))
    with pytest.raises(StackError, match="credit_debt_too_large"):
        shopper.command(way, {"used_credits": "debt"}, str(uuid4()))
    shopper.command(limit, {"credit_debt_max": CREDITS}, str(uuid4()))
    refund = shopper.command(way, {"used_credits": "debt"}, str(uuid4()))["result"]
    assert (refund["amount_minor"], refund["used_credits"]) == (PRICE, "debt")
    shown = shopper.get("/v1/billing/credits/balance/", account_id=account_id)
    assert (shown["balance"], shown["debt"]) == (-CREDITS, CREDITS)
    eventually(lambda: _mails(shopper, "Your refund of 29.99 USD"), "the mail")

    assert shopper.pay(start_checkout(shopper, account_id)["result"]["checkout_url"]) == 303
    eventually(lambda: len(_payments(shopper, account_id)) == 2, "the second payment to be heard of")
    shown = shopper.get("/v1/billing/credits/balance/", account_id=account_id)
    assert (shown["balance"], shown["debt"]) == (0, 0)
    moved = shopper.get("/v1/billing/credits/transactions/", account_id=account_id)["data"]
    assert [(each["movement"], each["amount"]) for each in moved[:2]] == [("repay", -CREDITS), ("grant", CREDITS)]
    assert_in_order(stack_books)
