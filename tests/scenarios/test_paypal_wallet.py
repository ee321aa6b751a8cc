"""A wallet saved at PayPal pays renewals: when the card is stolen, by itself, and no more once it is taken away."""

from typing import Any
from uuid import uuid4

import pytest

from database.engine import Database
from stack.errors import StackError
from stack.shopper import Shopper
from tests.scenarios.storytelling import eventually
from tests.scenarios.subscriptions import Subscriber, assert_in_order

METHODS = "/v1/billing/payment-methods/"
PAGES = {"success_url": "https://app.example/thanks", "cancel_url": "https://app.example/billing"}
PRICE = 9_900


class WithWallet(Subscriber):
    """A subscriber who has an account at PayPal."""

    def save_wallet(self) -> dict[str, Any]:
        """On PayPal's page, without a purchase."""
        page = self.tell("/v1/billing/paypal/method-setup/", **PAGES)
        assert self.shopper.agree(page["checkout_url"]) == 303
        eventually(lambda: self.saved("wallet"), "the wallet to be heard of")
        (wallet,) = self.saved("wallet")
        return wallet

    def tell_of(self, invoice: dict[str, Any], path: str) -> dict[str, Any]:
        """A command about an invoice that is paid on a page."""
        told = {"invoice_id": invoice["id"], **PAGES}
        result: dict[str, Any] = self.shopper.command(path, told, str(uuid4()))["result"]
        return result

    def saved(self, kind: str) -> list[dict[str, Any]]:
        known = self.shopper.get(METHODS, account_id=self.account_id)["data"]
        return [method for method in known if method["kind"] == kind]

    def charge(self, method: dict[str, Any]) -> None:
        """From now on."""
        self.shopper.command(f"{METHODS}{method['id']}/default/", {}, str(uuid4()))

    def wallet_is(self, wallet: dict[str, Any], outcome: str) -> None:
        """How its charges end from now on."""
        self.shopper.sandbox("PATCH", f"/sandbox/paypal/payment-tokens/{wallet['card_ref']}", {"outcome": outcome})

    def paid_by(self) -> list[str]:
        """Through which gateway each payment came, oldest first."""
        receipts = self.shopper.get("/v1/billing/receipts/", account_id=self.account_id, source="capture")["data"]
        return [receipt["gateway"] for receipt in reversed(receipts)]


def test_a_card_is_stolen_and_the_wallet_pays_on_the_same_day(shopper: Shopper, stack_books: Database) -> None:
    mia = WithWallet(shopper, "Mia", "2026-05-04 10:00")
    card = mia.use_card()
    wallet = mia.save_wallet()
    assert (wallet["brand"], wallet["is_default"], wallet["exp_year"]) == ("PayPal", True, None), "saved to be charged"
    mia.charge(mia.saved("card")[0])
    subscription_id = mia.subscribe("starter")
    mia.card_declines(card, "stolen_card")

    mia.live_until("2026-06-04 12:00")
    assert mia.bills() == [("2026-05-04", "paid", PRICE), ("2026-06-04", "paid", PRICE)]
    assert mia.subscription(subscription_id)["status"] == "active"
    assert mia.paid_by() == ["stripe", "paypal"]
    assert_in_order(stack_books)


def test_a_wallet_is_refused_for_good_and_the_card_pays(shopper: Shopper, stack_books: Database) -> None:
    ola = WithWallet(shopper, "Ola", "2026-05-04 10:00")
    ola.use_card()
    wallet = ola.save_wallet()
    ola.subscribe("starter")
    assert ola.paid_by() == ["paypal"]
    ola.wallet_is(wallet, "payer_account_locked_or_closed")

    ola.live_until("2026-06-04 12:00")
    assert ola.bills()[-1] == ("2026-06-04", "paid", PRICE)
    assert ola.paid_by() == ["paypal", "stripe"]
    assert_in_order(stack_books)


def test_a_wallet_alone_pays_and_is_taken_away(shopper: Shopper, stack_books: Database) -> None:
    eva = WithWallet(shopper, "Eva", "2026-05-04 10:00")
    wallet = eva.save_wallet()
    assert wallet["is_default"], "the first one is charged"
    eva.subscribe("starter")
    eva.live_until("2026-06-04 12:00")
    assert eva.paid_by() == ["paypal", "paypal"]

    with pytest.raises(StackError, match="last_payment_method"):
        shopper.command(f"{METHODS}{wallet['id']}/remove/", {}, str(uuid4()))
    # by its name in the guide: what else there is to say stands in the query, as a DELETE has no body
    gone = shopper.session.delete(
        f"{shopper.api_url}{METHODS}{wallet['id']}/?allow_last=true",
        headers={"Authorization": f"Bearer {shopper.api_key}", "Prefer": "wait=20"},
        timeout=30,
    )
    assert (gone.status_code, gone.json()["status"]) == (200, "succeeded"), gone.text
    assert eva.saved("wallet") == []
    eva.live_until("2026-07-04 12:00")
    assert eva.paid_by() == ["paypal", "paypal"]
    assert eva.bills()[-1] == ("2026-07-04", "pending", PRICE)
    assert_in_order(stack_books)


def test_who_starts_by_paying_the_first_invoice_there_has_the_wallet_charged_from_then_on(
    shopper: Shopper, stack_books: Database
) -> None:
    """The card is refused: its open invoice is paid as an order, and what paid it is saved."""
    ada = WithWallet(shopper, "Ada", "2026-05-04 10:00")
    ada.card_declines(ada.use_card(), "stolen_card")
    begun = ada.tell("/v1/billing/subscriptions/", plan={"plan": "starter"})
    (invoice,) = ada.invoices()
    order = ada.tell_of(invoice, "/v1/billing/paypal/create-order/")
    assert shopper.agree(order["checkout_url"]) == 303
    eventually(lambda: ada.subscription(begun["id"])["status"] == "active", "the first payment")
    eventually(lambda: ada.saved("wallet"), "the wallet to be heard of")
    ada.live_until("2026-06-04 12:00")
    assert ada.bills() == [("2026-05-04", "paid", PRICE), ("2026-06-04", "paid", PRICE)]
    assert ada.paid_by() == ["paypal", "paypal"]
    assert_in_order(stack_books)


def test_a_wallet_that_its_owner_takes_away_at_paypal_is_charged_no_more(
    shopper: Shopper, stack_books: Database
) -> None:
    ivy = WithWallet(shopper, "Ivy", "2026-05-04 10:00")
    ivy.use_card()
    wallet = ivy.save_wallet()
    shopper.sandbox("POST", f"/sandbox/paypal/payment-tokens/{wallet['card_ref']}/delete")
    eventually(lambda: ivy.saved("wallet") == [], "the news")
    assert len(ivy.saved("card")) == 1
    assert_in_order(stack_books)
