"""Customers who pay by bank transfer: in full, in parts, too much, twice, with a slip of the pen, or not at all."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from stack.errors import StackError
from stack.shopper import Shopper
from tests.gauntlet.bank import CURRENCY, Bank
from tests.gauntlet.patience import patiently
from tests.gauntlet.plan import Happened, Plan

PACKAGES = ("starter", "value", "pro", "enterprise")
# one in so many pays the first invoice of a subscription, all others a package
SUBSCRIBER_EVERY = 5
DECISION_WAIT_SECONDS = 600.0
POLL_SECONDS = 0.5
DECIDED = ("approved", "rejected")


class Payment(NamedTuple):
    """A part of the way: with it so many percent of the invoice are paid.

    One that is `left` stays with the bank, for nobody finds out what it is; one that is `made_up` is claimed, waited
    for, and never comes.
    """

    up_to_percent: int
    is_claimed: bool = False
    is_mistyped: bool = False
    is_left: bool = False
    is_made_up: bool = False


WAYS: dict[str, tuple[Payment, ...]] = {
    "silent": (Payment(100),),
    "claimed": (Payment(100, is_claimed=True),),
    "parts": (Payment(40, is_claimed=True), Payment(100)),
    "over": (Payment(150, is_claimed=True),),
    "over_and_left": (Payment(150, is_left=True),),
    "twice": (Payment(100), Payment(200, is_claimed=True)),
    "twice_and_left": (Payment(100), Payment(200, is_left=True)),
    "mistyped": (Payment(100, is_mistyped=True),),
    "made_up": (Payment(100, is_claimed=True, is_made_up=True), Payment(100)),
    "part": (Payment(40),),
    "never": (),
}


@dataclass(frozen=True)
class Transfer:
    """A customer's invoice, in minor units, and how it is paid."""

    way: str
    account_id: str
    invoice_id: str
    number: str
    reference: str
    total_minor: int

    @property
    def payments(self) -> list[tuple[Payment, int]]:
        """Those of its way, each with its amount."""
        found, paid_minor = [], 0
        for payment in WAYS[self.way]:
            amount_minor = self.total_minor * payment.up_to_percent // 100 - paid_minor
            found.append((payment, amount_minor))
            paid_minor += 0 if payment.is_made_up else amount_minor
        return found

    @property
    def booked_minor(self) -> list[int]:
        """Which amounts are to be in the books at the end."""
        return [minor for payment, minor in self.payments if not (payment.is_left or payment.is_made_up)]

    @property
    def left_minor(self) -> list[int]:
        """Which stay with the bank, for a person to look at."""
        return [minor for payment, minor in self.payments if payment.is_left]


class Payers:
    """Each makes one transfer. A shopper is one customer's."""

    def __init__(self, plan: Plan, happened: Happened, bank: Bank, make_shopper: Callable[[], Shopper]) -> None:
        self._plan, self._happened, self._bank, self._make_shopper = plan, happened, bank, make_shopper

    def transfer(self, number: int) -> Transfer:
        """All of it, through every outage: each way in its turn, whoever that is."""
        shopper = self._make_shopper()
        names = list(WAYS)
        chosen = patiently(lambda: self._choose(shopper, number, names[number % len(names)]), self._happened)
        for place, (payment, amount_minor) in enumerate(chosen.payments):
            self._pay(shopper, chosen, f"claim-{number}-{place}", payment, amount_minor)
        return chosen

    def _choose(self, shopper: Shopper, number: int, way: str) -> Transfer:
        """An account, what it buys, and how to pay that; under the same keys it is the same however often."""
        account_id = shopper.command("/v1/accounts/", _account(number), f"payer-{number}")["result"]["id"]
        wanted = {"account_id": account_id, "package": self._plan.dice(f"transfer-{number}").choice(PACKAGES)}
        if number % SUBSCRIBER_EVERY == 0:
            wanted = {"invoice_id": _subscribe(shopper, account_id, number)}
        told = shopper.command("/v1/billing/manual-payments/", wanted, f"transfer-{number}")["result"]
        if told["currency"] != CURRENCY:
            raise StackError(f"{told['invoice_number']} is in {told['currency']}: the bank takes {CURRENCY} alone")
        invoice_id, reference = told["invoice_id"], told["reference"]
        return Transfer(way, account_id, invoice_id, told["invoice_number"], reference, told["left_minor"])

    def _pay(self, shopper: Shopper, chosen: Transfer, key: str, payment: Payment, amount_minor: int) -> None:
        if not payment.is_made_up:
            # a typo in the check digits: another's reference it cannot be
            text = "RF00" + chosen.reference[4:] if payment.is_mistyped else chosen.reference
            self._bank.receive(amount_minor, chosen.number, text, f"Payer of {chosen.number}")
        if payment.is_claimed:
            claim = patiently(lambda: _claim(shopper, chosen, key, amount_minor), self._happened)
            if payment.is_made_up:
                patiently(lambda: _await_decision(shopper, claim["id"]), self._happened)


def _account(number: int) -> dict[str, Any]:
    return {
        "name": f"Payer {number}",
        "owner": f"payer-{number}",
        "billing_email": f"payer-{number}@example.com",
        "billing_address": {"line1": f"{number + 1} Bank Street", "city": "Springfield", "country": "US"},
    }


def _subscribe(shopper: Shopper, account_id: str, number: int) -> str:
    """The first invoice of a subscription, which is open for two weeks."""
    wanted = {"account_id": account_id, "plan": {"plan": "starter"}, "pay_by": "transfer"}
    shopper.command("/v1/billing/subscriptions/", wanted, f"payer-subscribes-{number}")
    [invoice] = shopper.get("/v1/billing/invoices/", account_id=account_id)["data"]
    return str(invoice["id"])


def _claim(shopper: Shopper, chosen: Transfer, key: str, amount_minor: int) -> dict[str, Any]:
    today = time.strftime("%Y-%m-%d", time.gmtime())
    body = {"invoice_id": chosen.invoice_id, "amount_minor": amount_minor, "currency": CURRENCY, "paid_on": today}
    claim: dict[str, Any] = shopper.command("/v1/billing/payment-claims/", body, key)["result"]
    return claim


def _await_decision(shopper: Shopper, claim_id: str) -> None:
    deadline = time.monotonic() + DECISION_WAIT_SECONDS
    while shopper.get(f"/v1/billing/payment-claims/{claim_id}/")["status"] not in DECIDED:
        if time.monotonic() > deadline:
            raise StackError(f"nobody has decided about claim {claim_id}")
        time.sleep(POLL_SECONDS)
