"""People of the company who look into the account at the bank, and approve or reject what customers say was paid."""

import threading
from collections.abc import Callable
from typing import Any

import requests

from stack.errors import StackError
from stack.shopper import Shopper
from tests.gauntlet.bank import Bank
from tests.gauntlet.plan import Happened

POLL_SECONDS = 0.5
PAGE_SIZE = 100
WAITING = ("submitted", "awaiting_second_approval")
# what an approver may be told: somebody was faster, the statement was, or a second person has to come
REFUSALS = ("stale_approval", "claim_decided", "same_approver")


class Approver(threading.Thread):
    """One person with a key of their own. Two of them, and who imports the statements, get in each other's way."""

    def __init__(self, name: str, happened: Happened, bank: Bank, make_shopper: Callable[[], Shopper]) -> None:
        super().__init__(name=name, daemon=True)
        self._happened, self._bank, self._shopper = happened, bank, make_shopper()
        # what they were refused, as it was shown: only another look, or another person, can decide that
        self._refused: set[tuple[str, str]] = set()
        self.over = threading.Event()

    def run(self) -> None:
        """Look again and again, through every outage."""
        while not self.over.wait(POLL_SECONDS):
            try:
                for claim in waiting_claims(self._shopper):
                    self._decide(claim)
            except (StackError, requests.RequestException):
                self._happened.count("retries")

    def _decide(self, claim: dict[str, Any]) -> None:
        if (claim["id"], claim["fingerprint"]) in self._refused:
            return
        approved = self._shopper.get(
            "/v1/billing/payment-claims/", invoice_id=claim["invoice_id"], status="approved", limit=PAGE_SIZE
        )
        spoken_for = sum(each["amount_minor"] == claim["amount_minor"] for each in approved["data"])
        if self._bank.count(claim["invoice_number"], claim["amount_minor"]) > spoken_for:
            self._send(claim, "approve", {"fingerprint": claim["fingerprint"]})
        else:
            self._send(claim, "reject", {"reason": "No such amount came."})

    def _send(self, claim: dict[str, Any], decision: str, body: dict[str, Any]) -> None:
        key = f"{decision}-{self.name}-{claim['id']}-{claim['status']}-{claim['fingerprint'][:8]}"
        try:
            decided = self._shopper.command(f"/v1/admin/payments/{claim['id']}/{decision}/", body, key)["result"]
            self._happened.count({"approve": "approvals", "reject": "rejections"}[decision])
            if decided["status"] == "awaiting_second_approval" and claim["status"] == "submitted":
                self._decide(decided)  # one person who comes twice is not two
        except StackError as error:
            refusal = next((code for code in REFUSALS if code in str(error)), None)
            if refusal is None:
                raise
            self._happened.count(refusal)
            self._refused.add((claim["id"], claim["fingerprint"]))


def waiting_claims(shopper: Shopper) -> list[dict[str, Any]]:
    """Those that nobody has decided about, or one person of two."""
    pages = [shopper.get("/v1/billing/payment-claims/", status=status, limit=PAGE_SIZE) for status in WAITING]
    return [claim for page in pages for claim in page["data"]]
