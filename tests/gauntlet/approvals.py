"""Customers who agree to pay on PayPal's page: at once, with a card that is declined first, or from a bank account."""

from typing import Any

import requests

from stack.errors import StackError
from stack.shopper import REQUEST_TIMEOUT_SECONDS, Shopper
from tests.gauntlet.patience import patiently
from tests.gauntlet.plan import Happened

CAPTURE = "/v1/billing/paypal/capture-order/"
# leads back to the shop; or is paid already, which is what a second press of a button may find
AGREED = (303, 200)
# of every ten customers
DECLINED, FROM_A_BANK, COMES_BACK = (0,), (1,), (2, 3, 4, 5)
CLEARS_AFTER_SECONDS = 5

Json = dict[str, Any]


def approve(shopper: Shopper, order: Json, number: int, happened: Happened) -> None:
    """All that a customer does for the money to be taken; half of their browsers never come back to the shop."""
    way, come_back = number % 10, lambda: _come_back(shopper, order, number)
    if way in DECLINED:
        patiently(lambda: _press(shopper, order, "declined_card", happened), happened)
        patiently(come_back, happened)
    if way in FROM_A_BANK:
        patiently(lambda: _agree_by_bank(shopper, order), happened)
    else:
        patiently(lambda: _press(shopper, order, "balance", happened), happened)
    if way in COMES_BACK:
        patiently(come_back, happened)


def _press(shopper: Shopper, order: Json, funding: str, happened: Happened) -> None:
    """Who has lost the answer presses again."""
    try:
        answer = shopper.session.post(
            order["checkout_url"], data={"funding": funding}, allow_redirects=False, timeout=REQUEST_TIMEOUT_SECONDS
        )
    except requests.ConnectionError:
        happened.count("pay_answers_lost")
        raise
    if answer.status_code not in AGREED:
        raise StackError(f"{order['checkout_url']} answered {answer.status_code}")


def _agree_by_bank(shopper: Shopper, order: Json) -> None:
    outcome = {"outcome": "pending", "then": "complete", "after_seconds": CLEARS_AFTER_SECONDS}
    shopper.sandbox("POST", f"/sandbox/paypal/orders/{order['checkout_ref']}/approve", outcome)


def _come_back(shopper: Shopper, order: Json, number: int) -> None:
    """The browser tells that its customer agreed, as the webhook does at the same time."""
    shopper.command(CAPTURE, {"checkout_ref": order["checkout_ref"]}, f"back-{number}")
