"""Customers: each starts checkouts through the API and pays on the hosted page, through every outage."""

import queue
import threading
from collections.abc import Callable
from typing import Any

import requests

from stack.errors import StackError
from stack.shopper import Shopper
from tests.gauntlet.approvals import approve
from tests.gauntlet.patience import patiently
from tests.gauntlet.plan import PAYPAL, STRIPE, Happened, Plan

PROGRESS_SECONDS = 0.5
PACKAGES = ("starter", "value", "pro", "enterprise")
PAID = 303
COMMANDS = {STRIPE: "/v1/billing/stripe/credit-checkout/", PAYPAL: "/v1/billing/paypal/create-order/"}


class Buyers:
    """A number of threads that share the list of purchases to make."""

    def __init__(self, plan: Plan, happened: Happened, make_shopper: Callable[[], Shopper]) -> None:
        self._plan, self._happened, self._make_shopper = plan, happened, make_shopper
        self._waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._accounts: list[str] = []

    def open_accounts(self) -> None:
        """Before the first fault: somebody has to buy."""
        shopper = self._make_shopper()
        for number in range(self._plan.accounts):
            operation = shopper.command("/v1/accounts/", _account(number), f"account-{number}")
            self._accounts.append(operation["result"]["id"])

    def buy(self, progress: Callable[[], None]) -> None:
        """Make all purchases; returns when the last is paid or given up."""
        for number in range(self._plan.purchases):
            self._waiting.put(number)
        threads = [threading.Thread(target=self._work, name=f"buyer-{n}") for n in range(self._plan.buyers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                progress()
                thread.join(PROGRESS_SECONDS)

    def _work(self) -> None:
        shopper = self._make_shopper()
        while True:
            try:
                number = self._waiting.get_nowait()
            except queue.Empty:
                return
            try:
                self._purchase(shopper, number)
            except (StackError, requests.RequestException) as error:
                self._happened.blame(f"purchase {number} was given up: {error}")

    def _purchase(self, shopper: Shopper, number: int) -> None:
        checkout = patiently(lambda: self._start(shopper, number), self._happened)
        if self._plan.at(number) == PAYPAL:
            approve(shopper, checkout, number // len(self._plan.gateways), self._happened)
        else:
            patiently(lambda: self._pay(shopper, checkout["checkout_url"]), self._happened)
        self._happened.count("paid")

    def _start(self, shopper: Shopper, number: int) -> dict[str, Any]:
        dice = self._plan.dice(f"purchase-{number}")
        body = {
            "account_id": dice.choice(self._accounts),
            "package": dice.choice(PACKAGES),
            "success_url": "https://app.example/thanks",
            "cancel_url": "https://app.example/prices",
        }
        operation = shopper.command(COMMANDS[self._plan.at(number)], body, f"purchase-{number}")
        result: dict[str, Any] = operation["result"]
        return result

    def _pay(self, shopper: Shopper, checkout_url: str) -> None:
        """Press the button; a customer whose browser lost the answer presses again, and is charged once."""
        try:
            status = shopper.pay(checkout_url)
        except requests.ConnectionError:
            self._happened.count("pay_answers_lost")
            raise
        if status != PAID:
            raise StackError(f"{checkout_url} answered {status}")


def _account(number: int) -> dict[str, Any]:
    return {
        "name": f"Customer {number}",
        "owner": f"user-{number}",
        "billing_email": f"customer-{number}@example.com",
        "billing_address": {"line1": f"{number + 1} Main Street", "city": "Springfield", "country": "US"},
    }
