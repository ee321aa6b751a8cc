"""Words the stories of subscribers share: a customer who lives by a test clock of its own."""

from typing import Any
from uuid import uuid4

import requests

from billing.invariants import violations
from database.engine import Database
from stack.shopper import GOOD_CARD, Shopper
from tests.canaries import CALL
from tests.scenarios.storytelling import emails, eventually

SUBSCRIPTIONS = "/v1/billing/subscriptions/"
Json = dict[str, Any]


class Subscriber:
    """One account on one test clock. Dates are written `2026-01-31 10:00`, in UTC."""

    def __init__(self, shopper: Shopper, name: str, begins: str) -> None:
        self.shopper = shopper
        self.email = f"{name.lower()}-{uuid4().hex[:8]}@stories.example"
        self.clock_id = self._command("/v1/test-clocks/", name=f"{name}'s clock", frozen_at=_iso(begins))["id"]
        self.account_id = self._command(
            "/v1/accounts/", name=name, owner=name, billing_email=self.email,
            billing_address={"country": "US"}, test_clock_id=self.clock_id,
        )["id"]  # fmt: skip

    def use_card(self, number: str = GOOD_CARD) -> str:
        """Give the product a card, which is charged from now on; returns the gateway's name of it."""
        form = {"type": "card", "card[number]": number, "card[exp_month]": "4", "card[exp_year]": "2040",
                "card[cvc]": "123"}  # fmt: skip
        made = requests.post(f"{self.shopper.sandbox_url}/v1/payment_methods", data=form, auth=(CALL, ""), timeout=10)
        card_ref = str(made.json()["id"])
        self._command("/v1/billing/payment-methods/", account_id=self.account_id, card_ref=card_ref)
        return card_ref

    def card_declines(self, card_ref: str, code: str | None) -> None:
        """From now on charging the card ends like this; None: it pays."""
        self.shopper.sandbox("PATCH", f"/sandbox/payment-methods/{card_ref}", {"decline_code": code})

    def subscribe(self, plan: str, **fields: object) -> str:
        """Subscribe, and wait for what follows at once; returns the subscription's id."""
        wanted = {"plan": plan, "interval": fields.pop("interval", "month")}
        begun = self._command(SUBSCRIPTIONS, account_id=self.account_id, plan=wanted, **fields)
        path = f"{SUBSCRIPTIONS}{begun['id']}/"
        eventually(lambda: self.shopper.get(path)["status"] != "incomplete", "the first payment")
        return str(begun["id"])

    def change_plan(self, subscription_id: str, plan: str, **fields: object) -> Json:
        """Change the plan, and wait for the payment if there is one."""
        wanted = {"plan": plan, "interval": fields.pop("interval", "month")}
        changed = self.ask(subscription_id, "change-plan", plan=wanted, **fields)
        eventually(lambda: all(invoice["status"] != "pending" for invoice in self.invoices()), "the change to be paid")
        return changed

    def ask(self, subscription_id: str, verb: str, **fields: object) -> Json:
        """Any command about a subscription; returns the subscription after it."""
        return self._command(f"{SUBSCRIPTIONS}{subscription_id}/{verb}/", **fields)

    def tell(self, path: str, **fields: object) -> Json:
        """Any command about the account."""
        return self._command(path, account_id=self.account_id, **fields)

    def live_until(self, instant: str) -> None:
        """Let this customer's time go on, and everything happen that falls due on the way."""
        path = f"/v1/test-clocks/{self.clock_id}/"
        self._command(f"{path}advance/", frozen_at=_iso(instant))
        eventually(lambda: self.shopper.get(path)["status"] == "ready", f"the clock to arrive at {instant}")

    def subscription(self, subscription_id: str) -> Json:
        """How it stands."""
        found: Json = self.shopper.get(f"{SUBSCRIPTIONS}{subscription_id}/")
        return found

    def invoices(self) -> list[Json]:
        """The account's invoices, oldest first."""
        page = self.shopper.get("/v1/billing/invoices/", account_id=self.account_id, limit=100)
        return list(reversed(page["data"]))

    def bills(self) -> list[tuple[str, str, int]]:
        """Day of issue, status and total of each invoice, oldest first."""
        return [((bill["issued_at"] or "")[:10], bill["status"], bill["total_minor"]) for bill in self.invoices()]

    def credits(self) -> int:
        """What can be used now."""
        return int(self.shopper.get("/v1/billing/credits/balance/", account_id=self.account_id)["balance"])

    def mails(self) -> list[str]:
        """Subjects of what this customer was sent, oldest first."""
        mine = [mail for mail in emails(self.shopper) if self.email in mail["to"]]
        return [mail["subject"] for mail in sorted(mine, key=lambda mail: str(mail["created_at"]))]

    def awaits_mail(self, *beginnings: str) -> None:
        """Wait until exactly these mails have come, in any order; each is told by how its subject begins."""
        eventually(lambda: len(self.mails()) >= len(beginnings), f"{len(beginnings)} mails")
        told = sorted(self.mails())
        assert len(told) == len(beginnings), told
        for subject, beginning in zip(told, sorted(beginnings), strict=True):
            assert subject.startswith(beginning), told

    def _command(self, path: str, **fields: object) -> Json:
        result: Json = self.shopper.command(path, fields, str(uuid4()))["result"]
        return result


def assert_in_order(books: Database) -> None:
    """The invariants find nothing, in the whole house."""
    with books.transaction() as session:
        assert violations(session) == []


def _iso(instant: str) -> str:
    return f"{instant.replace(' ', 'T')}:00Z"
