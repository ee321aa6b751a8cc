"""Packages paid at PayPal, through all processes: who is told first takes the money, and it is taken once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.payments.tables import PaymentAttempt
from database.engine import Database
from stack.shopper import Shopper
from tests.scenarios.storytelling import await_email, eventually
from tests.scenarios.subscriptions import assert_in_order

CREATE, CAPTURE = "/v1/billing/paypal/create-order/", "/v1/billing/paypal/capture-order/"
PAGES = {"success_url": "https://app.example/thanks", "cancel_url": "https://app.example/prices"}
ADDRESS = {"line1": "1 Cobol Way", "city": "Arlington", "postal_code": "22201", "country": "US"}
PRICE, CREDITS = 2_999, 2_000
MANY = 16
Json = dict[str, Any]


class Buyer:
    """Somebody in the States who buys 2,000 credits."""

    def __init__(self, shopper: Shopper, books: Database) -> None:
        self.shopper, self.books = shopper, books
        named = {"name": "Iris", "owner": "iris", "billing_email": "iris@iris.example", "billing_address": ADDRESS}
        self.account_id = str(shopper.command("/v1/accounts/", named, str(uuid4()))["result"]["id"])
        wanted = {"account_id": self.account_id, "package": "value", **PAGES}
        self.order: Json = shopper.command(CREATE, wanted, str(uuid4()))["result"]

    def agree(self) -> None:
        """On PayPal's page."""
        assert self.shopper.agree(self.order["checkout_url"]) == 303

    def agree_so_that(self, **outcome: Any) -> None:
        """The capture ends like this, as the sandbox takes it."""
        self.shopper.sandbox("POST", f"/sandbox/paypal/orders/{self.order['checkout_ref']}/approve", outcome)

    def come_back(self) -> Json:
        body = {"checkout_ref": self.order["checkout_ref"]}
        result: Json = self.shopper.command(CAPTURE, body, str(uuid4()))["result"]
        return result

    def at_paypal(self, what: str, **body: Any) -> Json:
        """Something that befalls the capture there."""
        with self.books.transaction() as session:
            of_order = PaymentAttempt.checkout_ref == self.order["checkout_ref"]
            capture_ref = session.scalars(select(PaymentAttempt.payment_ref).where(of_order)).one()
        done: Json = self.shopper.sandbox("POST", f"/sandbox/paypal/captures/{capture_ref}/{what}", body)
        return done

    def taken(self) -> list[int]:
        """What PayPal has taken for this order, by its own ledger, in cents."""
        entries = self.shopper.sandbox("GET", "/sandbox/paypal/ledger")["captures"]
        return [each["amount"] for each in entries if each["order"] == self.order["checkout_ref"]]

    def awaits(self, field: str, value: str, at: str) -> None:
        """Until the API says so there."""
        eventually(lambda: self.shopper.get(at)[field] == value, f"{field} {value} at {at}")

    def credits(self) -> int:
        balance = self.shopper.get("/v1/billing/credits/balance/", account_id=self.account_id)["balance"]
        return int(balance)

    def invoice(self) -> Json:
        found: Json = self.shopper.get(f"/v1/billing/invoices/{self.order['invoice_id']}/")
        return found

    def payment(self) -> str:
        (receipt,) = self.shopper.get("/v1/billing/receipts/", account_id=self.account_id, source="capture")["data"]
        return str(receipt["id"])


@pytest.fixture
def buyer(shopper: Shopper, stack_books: Database) -> Buyer:
    return Buyer(shopper, stack_books)


@pytest.fixture
def supplied(buyer: Buyer) -> Buyer:
    """They have agreed, and it was taken."""
    buyer.agree()
    assert buyer.come_back()["status"] == "captured"
    return buyer


def test_the_browser_returns_first(supplied: Buyer, stack_books: Database) -> None:
    invoice = await_email(supplied.shopper, supplied.order["invoice_id"])
    assert (invoice["status"], invoice["total_minor"], supplied.credits()) == ("paid", PRICE, CREDITS)
    assert supplied.taken() == [PRICE]
    assert_in_order(stack_books)


def test_the_browser_never_returns_and_the_webhook_does(buyer: Buyer, stack_books: Database) -> None:
    buyer.agree()
    invoice = await_email(buyer.shopper, buyer.order["invoice_id"])
    assert (invoice["status"], buyer.credits()) == ("paid", CREDITS)
    assert buyer.come_back()["status"] == "captured"
    assert (buyer.credits(), buyer.taken()) == (CREDITS, [PRICE])
    assert_in_order(stack_books)


def test_webhook_and_browser_race_from_sixteen_sides(buyer: Buyer, stack_books: Database) -> None:
    buyer.shopper.sandbox("POST", "/sandbox/faults", {"kind": "duplicate", "copies": 3})
    buyer.agree()
    with ThreadPoolExecutor(MANY) as threads:
        back = list(threads.map(lambda _: buyer.come_back()["status"], range(MANY)))
    assert set(back) == {"captured"}
    await_email(buyer.shopper, buyer.order["invoice_id"])
    assert (buyer.credits(), buyer.taken()) == (CREDITS, [PRICE])
    assert_in_order(stack_books)


def test_pending_and_then_completed(buyer: Buyer, stack_books: Database) -> None:
    buyer.agree_so_that(outcome="pending", reason="PENDING_REVIEW")
    back = buyer.come_back()
    assert (back["status"], back["checkout_url"], buyer.credits(), buyer.taken()) == ("pending", "", 0, [])
    buyer.at_paypal("complete")
    eventually(lambda: buyer.credits() == CREDITS, "the money to be heard of")
    assert (buyer.invoice()["status"], buyer.taken()) == ("paid", [PRICE])
    assert_in_order(stack_books)


def test_pending_and_then_denied(buyer: Buyer, stack_books: Database) -> None:
    buyer.agree_so_that(outcome="pending", reason="ECHECK")
    assert buyer.come_back()["status"] == "pending"
    buyer.at_paypal("deny")
    eventually(lambda: buyer.come_back()["status"] in ("failed", "expired"), "the denial to be heard of")
    assert (buyer.credits(), buyer.taken()) == (0, [])
    assert buyer.invoice()["number"] is None
    assert_in_order(stack_books)


def test_completed_and_then_reversed(supplied: Buyer, stack_books: Database) -> None:
    eventually(lambda: supplied.credits() == CREDITS, "the credits")
    supplied.at_paypal("reverse")
    eventually(lambda: supplied.invoice()["status"] == "uncollectible", "the bank's news")
    assert supplied.credits() == 0
    assert_in_order(stack_books)


def test_declined_they_choose_another_way_to_pay(buyer: Buyer, stack_books: Database) -> None:
    buyer.agree_so_that(outcome="instrument_declined")
    back = buyer.come_back()
    assert (back["status"], buyer.taken()) == ("pending", [])
    assert "checkoutnow" in back["checkout_url"]
    assert buyer.shopper.agree(back["checkout_url"]) == 303
    eventually(lambda: buyer.come_back()["status"] == "captured", "the money to be taken")
    assert (buyer.credits(), buyer.taken()) == (CREDITS, [PRICE])
    assert_in_order(stack_books)


def test_a_refund_in_parts_and_the_rest(supplied: Buyer, stack_books: Database) -> None:
    eventually(lambda: supplied.credits() == CREDITS, "the credits")
    way = f"/v1/admin/payments/{supplied.payment()}/refund/"
    for amount in (1_000, PRICE - 1_000):
        refund = supplied.shopper.command(way, {"amount_minor": amount}, str(uuid4()))["result"]
        path = f"/v1/billing/refunds/{refund['id']}/"
        supplied.awaits("status", "succeeded", at=path)
    assert supplied.credits() == 0
    notes = supplied.shopper.get("/v1/billing/credit-notes/", account_id=supplied.account_id)["data"]
    assert sorted(note["refunded_minor"] for note in notes) == [1_000, PRICE - 1_000]
    assert_in_order(stack_books)


def test_a_dispute_that_is_lost(supplied: Buyer, stack_books: Database) -> None:
    eventually(lambda: supplied.credits() == CREDITS, "the credits")
    disputed = supplied.at_paypal("dispute", channel="EXTERNAL")
    eventually(lambda: supplied.credits() == 0, "the credits to be frozen")
    _resolve(supplied, disputed, "RESOLVED_BUYER_FAVOUR")
    eventually(lambda: supplied.invoice()["status"] == "uncollectible", "the loss to be heard of")
    assert_in_order(stack_books)


def test_a_dispute_that_is_won(supplied: Buyer, stack_books: Database) -> None:
    eventually(lambda: supplied.credits() == CREDITS, "the credits")
    disputed = supplied.at_paypal("dispute", channel="EXTERNAL")
    eventually(lambda: supplied.credits() == 0, "the credits to be frozen")
    _resolve(supplied, disputed, "RESOLVED_SELLER_FAVOUR")
    eventually(lambda: supplied.credits() == CREDITS, "the credits to be free again")
    assert supplied.invoice()["status"] == "paid"
    assert_in_order(stack_books)


def test_the_token_expires_in_the_middle(buyer: Buyer, stack_books: Database) -> None:
    buyer.agree()
    buyer.shopper.sandbox("POST", "/sandbox/paypal/tokens/revoke")
    assert buyer.come_back()["status"] == "captured"
    assert buyer.taken() == [PRICE]
    assert_in_order(stack_books)


def test_an_answer_to_the_capture_that_is_lost(buyer: Buyer, stack_books: Database) -> None:
    lost = {
        "kind": "answer_lost",
        "method": "POST",
        "path": f"/paypal/v2/checkout/orders/{buyer.order['checkout_ref']}",
    }
    buyer.shopper.sandbox("POST", "/sandbox/faults", {**lost, "count": 1})
    buyer.agree()
    await_email(buyer.shopper, buyer.order["invoice_id"])
    assert (buyer.come_back()["status"], buyer.taken(), buyer.credits()) == ("captured", [PRICE], CREDITS)
    assert_in_order(stack_books)


def _resolve(buyer: Buyer, disputed: Json, outcome: str) -> None:
    path = f"/sandbox/paypal/disputes/{disputed['dispute_id']}/resolve"
    buyer.shopper.sandbox("POST", path, {"outcome": outcome})
