"""Money goes back while others buy: through the API, in the gateway's dashboard, and through both at once."""

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from uuid import UUID

import requests
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from database.engine import Database
from settings import SANDBOX_STRIPE_KEY
from stack.errors import StackError
from stack.shopper import REQUEST_TIMEOUT_SECONDS, Shopper
from tests.gauntlet.patience import patiently
from tests.gauntlet.paypal_desk import PayPalDesk
from tests.gauntlet.plan import PAYPAL, STRIPE, Happened, Plan
from tests.gauntlet.quiet import QUIET_WAIT_SECONDS

POLL_SECONDS = 0.5
SERVER_ERROR, PAGES_MAX = 500, 5
WAS_FASTER = ("charge_already_refunded", "CAPTURE_FULLY_REFUNDED")
# of those that the run knows of, the oldest that was not given back yet
PAID = text("""
    SELECT r.id, a.gateway, a.charge_ref, r.amount_minor FROM receipts r JOIN payment_attempts a ON a.id = r.attempt_id
    WHERE r.source = 'capture' AND a.kind = 'checkout' AND NOT r.id = ANY(CAST(:chosen AS uuid[]))
    ORDER BY r.created_at, r.id LIMIT 1
""")


class Payment(NamedTuple):
    """A payment of a package, in minor units."""

    id: UUID
    gateway: str
    charge_ref: str
    amount_minor: int


class Refunds(threading.Thread):
    """Gives back payments, one after the other, as soon as they are there."""

    def __init__(self, plan: Plan, happened: Happened, database: Database, make_shopper: Callable[[], Shopper]) -> None:
        super().__init__(name="refunds")
        self._plan, self._happened, self._database, self._make_shopper = plan, happened, database, make_shopper
        self._chosen: list[UUID] = []
        # no payment is to come after that, but for those that the books have not heard of yet
        self.all_paid = threading.Event()

    def run(self) -> None:
        """Until all are given back, or there is nothing more to give back."""
        for number in range(self._plan.refunds):
            payment = self._await_payment()
            if payment is None:
                self._happened.blame(f"refund {number} found no payment")
                return
            try:
                self._give_back(number, payment)
            except (StackError, requests.RequestException) as error:
                self._happened.blame(f"refund {number} was given up: {error}")
            self._happened.count("refunded")

    def _await_payment(self) -> Payment | None:
        """None when all have paid and the books still know of no other after all the time that quiet is waited for."""
        given_up_at = math.inf
        while True:
            if self.all_paid.is_set():
                given_up_at = min(given_up_at, time.monotonic() + QUIET_WAIT_SECONDS)
            is_last_look = time.monotonic() > given_up_at
            try:
                with self._database.transaction() as session:
                    found = session.execute(PAID, {"chosen": [str(each) for each in self._chosen]}).one_or_none()
            except DBAPIError:
                continue
            if found is not None:
                self._chosen.append(found.id)
                return Payment(*found)
            if is_last_look:
                return None
            time.sleep(POLL_SECONDS)

    def _give_back(self, number: int, payment: Payment) -> None:
        """Whatever way is chosen, one refund is made at the gateway."""
        way = self._plan.dice(f"refund-{number}").choice(("all", "part", "dashboard", "both"))
        part = payment.amount_minor // 3 if way == "part" else None
        ways: list[Callable[[], object]] = []
        if way != "dashboard":
            ways.append(lambda: self._ask(number, payment, part, may_be_late=way == "both"))
        if way in ("dashboard", "both"):
            ways.append(lambda: self._give_back_there(number, payment))
        with ThreadPoolExecutor(len(ways)) as hands:
            for each in [hands.submit(patiently, act, self._happened) for act in ways]:
                each.result()

    def _ask(self, number: int, payment: Payment, part_minor: int | None, *, may_be_late: bool) -> None:
        body = {"amount_minor": part_minor, "used_credits": "forgive"}
        try:
            path = f"/v1/admin/payments/{payment.id}/refund/"
            self._make_shopper().command(path, body, f"refund-{number}")
        except StackError as error:
            # the dashboard's was heard of before this was asked for
            if not (may_be_late and "refund_too_large" in str(error)):
                raise

    def _give_back_there(self, number: int, payment: Payment) -> None:
        """A person whose browser lost the answer presses the same button again; ours may have been faster.

        A 500 stays one under its key, whatever came of it: they open the page anew.
        """
        for page in range(PAGES_MAX):
            response = DASHBOARDS[payment.gateway](self._make_shopper().sandbox_url, payment, f"{number}-{page}")
            if response.status_code < SERVER_ERROR:
                break
        if not response.ok and not any(word in response.text for word in WAS_FASTER):
            raise StackError(f"the dashboard answered {response.status_code}: {response.text[:200]}")


def _at_stripe(sandbox_url: str, payment: Payment, page: str) -> requests.Response:
    return requests.post(
        f"{sandbox_url}/v1/refunds",
        data={"charge": payment.charge_ref, "amount": payment.amount_minor},
        headers={"Authorization": f"Bearer {SANDBOX_STRIPE_KEY}", "Idempotency-Key": f"dashboard-{page}"},
        timeout=REQUEST_TIMEOUT_SECONDS,
    )


def _at_paypal(sandbox_url: str, payment: Payment, page: str) -> requests.Response:
    """All that is left of it, which is what was paid."""
    path = f"/v2/payments/captures/{payment.charge_ref}/refund"
    return PayPalDesk(sandbox_url).call("POST", path, {}, f"dashboard-{page}")


DASHBOARDS = {STRIPE: _at_stripe, PAYPAL: _at_paypal}
