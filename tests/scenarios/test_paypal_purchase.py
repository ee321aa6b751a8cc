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
def iris(shopper: Shopper, stack_books: Database) -> Buyer:
    return Buyer(shopper, stack_books)


@pytest.fixture
def supplied(iris: Buyer) -> Buyer:
    """They have agreed, and it was taken."""
    iris.agree()
    assert iris.come_back()["status"] == "captured"
    return iris


def test_the_browser_returns_first(supplied: Buyer, stack_books: Database) -> None:
    invoice = await_email(supplied.shopper, supplied.order["invoice_id"])
    assert (invoice["status"], invoice["total_minor"], supplied.credits()) == ("paid", PRICE, CREDITS)
    assert supplied.taken() == [PRICE]
    assert_in_order(stack_books)


def test_the_browser_never_returns_and_the_webhook_does(iris: Buyer, stack_books: Database) -> None:
    iris.agree()
    invoice = await_email(iris.shopper, iris.order["invoice_id"])
    assert (invoice["status"], iris.credits()) == ("paid", CREDITS)
    assert iris.come_back()["status"] == "captured"
    assert (iris.credits(), iris.taken()) == (CREDITS, [PRICE])
    assert_in_order(stack_books)


def test_webhook_and_browser_race_from_sixteen_sides(iris: Buyer, stack_books: Database) -> None:
    iris.shopper.sandbox("POST", "/sandbox/faults", {"kind": "duplicate", "copies": 3})
    iris.agree()
    with ThreadPoolExecutor(MANY) as threads:
        back = list(threads.map(lambda _: iris.come_back()["status"], range(MANY)))
    assert set(back) == {"captured"}
    await_email(iris.shopper, iris.order["invoice_id"])
    assert (iris.credits(), iris.taken()) == (CREDITS, [PRICE])
    assert_in_order(stack_books)


def test_pending_and_then_completed(iris: Buyer, stack_books: Database) -> None:
    iris.agree_so_that(outcome="pending", reason="PENDING_REVIEW")
    back = iris.come_back()
    assert (back["status"], back["checkout_url"], iris.credits(), iris.taken()) == ("pending", "", 0, [])
    iris.at_paypal("complete")
    eventually(lambda: iris.credits() == CREDITS, "the money to be heard of")
    assert (iris.invoice()["status"], iris.taken()) == ("paid", [PRICE])
    assert_in_order(stack_books)


def test_pending_and_then_denied(iris: Buyer, stack_books: Database) -> None:
    iris.agree_so_that(outcome="pending", reason="ECHECK")
    assert iris.come_back()["status"] == "pending"
    iris.at_paypal("deny")
    eventually(lambda: iris.come_back()["status"] in ("failed", "expired"), "the denial to be heard of")
    assert (iris.credits(), iris.taken()) == (0, [])
    assert iris.invoice()["number"] is None
    assert_in_order(stack_books)


def test_completed_and_then_reversed(supplied: Buyer, stack_books: Database) -> None:
    eventually(lambda: supplied.credits() == CREDITS, "the credits")
    supplied.at_paypal("reverse")
    eventually(lambda: supplied.invoice()["status"] == "uncollectible", "the bank's news")
    assert supplied.credits() == 0
    assert_in_order(stack_books)


def test_declined_they_choose_another_way_to_pay(iris: Buyer, stack_books: Database) -> None:
    iris.agree_so_that(outcome="instrument_declined")
    back = iris.come_back()
    assert (back["status"], iris.taken()) == ("pending", [])
    assert "checkoutnow" in back["checkout_url"]
    assert iris.shopper.agree(back["checkout_url"]) == 303
    eventually(lambda: iris.come_back()["status"] == "captured", "the money to be taken")
    assert (iris.credits(), iris.taken()) == (CREDITS, [PRICE])
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


def test_the_token_expires_in_the_middle(iris: Buyer, stack_books: Database) -> None:
    iris.agree()
    iris.shopper.sandbox("POST", "/sandbox/paypal/tokens/revoke")
    assert iris.come_back()["status"] == "captured"
    assert iris.taken() == [PRICE]
    assert_in_order(stack_books)


def test_an_answer_to_the_capture_that_is_lost(iris: Buyer, stack_books: Database) -> None:
    lost = {
        "kind": "answer_lost",
        "method": "POST",
        "path": f"/paypal/v2/checkout/orders/{iris.order['checkout_ref']}",
    }
    iris.shopper.sandbox("POST", "/sandbox/faults", {**lost, "count": 1})
    iris.agree()
    await_email(iris.shopper, iris.order["invoice_id"])
    assert (iris.come_back()["status"], iris.taken(), iris.credits()) == ("captured", [PRICE], CREDITS)
    assert_in_order(stack_books)


def _resolve(iris: Buyer, disputed: Json, outcome: str) -> None:
    path = f"/sandbox/paypal/disputes/{disputed['dispute_id']}/resolve"
    iris.shopper.sandbox("POST", path, {"outcome": outcome})
