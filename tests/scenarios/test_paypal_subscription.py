"""Subscriptions that PayPal bills, through all processes: our books follow, whichever webhooks are lost."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from billing.invoices.tables import Invoice, InvoiceLine
from billing.periods import Period
from database.engine import Database, make_engine
from settings import Settings
from stack import development_key
from stack.errors import StackError
from stack.running import Stack
from stack.shopper import Shopper
from tests import canaries
from tests.scenarios.storytelling import emails, eventually
from tests.scenarios.subscriptions import assert_in_order

START = "/v1/billing/paypal/create-subscription/"
PAGES = {"success_url": "https://app.example/thanks", "cancel_url": "https://app.example/prices"}
ADDRESS = {"line1": "1 Cobol Way", "city": "Arlington", "postal_code": "22201", "country": "US"}
DAY_SECONDS = 24 * 60 * 60
STARTER, GROWTH = 9_900, 19_900
Json = dict[str, Any]


@pytest.fixture(scope="module")
def months() -> Iterator[Stack]:
    """A Cashbeat of its own, whose sandbox lives through months."""
    with (
        canaries.searched_home("months") as home,
        Stack(Settings(cashbeat_home=home, log_format="json"), is_watched=False) as running,
    ):
        yield running


@pytest.fixture
def month_books(months: Stack) -> Iterator[Database]:
    """Its books, in order at the end and equal to PayPal's."""
    database = Database(make_engine(months.addresses.database_url))
    yield database
    assert_in_order(database)
    database.engine.dispose()


class Wanda:
    """Somebody in the States who has agreed on PayPal's page."""

    def __init__(self, months: Stack) -> None:
        key = development_key.ensure(months.addresses.database_url, months.home)
        self.shopper = Shopper(months.addresses.ingress_url, months.addresses.sandbox_url, key)
        self.shopper.sandbox("DELETE", "/sandbox/faults")
        self.email = f"wanda-{uuid4().hex[:8]}@stories.example"
        named = {"name": "Wanda", "owner": "wanda", "billing_email": self.email, "billing_address": ADDRESS}
        self.account_id = str(self.command("/v1/accounts/", **named)["id"])
        self.page = self.command(START, account_id=self.account_id, plan={"plan": "starter"}, **PAGES)
        self.path = f"/v1/billing/subscriptions/{self.page['subscription_id']}/"

    def starts_once_more(self, interval: str = "month") -> Json:
        """Asks for another page of the same plan."""
        return self.command(START, account_id=self.account_id, plan={"plan": "starter", "interval": interval}, **PAGES)

    def command(self, path: str, **fields: object) -> Json:
        result: Json = self.shopper.command(path, fields, str(uuid4()))["result"]
        return result

    def ask(self, verb: str, **fields: object) -> Json:
        """A command about the subscription."""
        return self.command(f"{self.path}{verb}/", **fields)

    def at_paypal(self, method: str, way: str, **wishes: object) -> None:
        self.shopper.sandbox(method, f"/sandbox/paypal/subscriptions/{self.page['checkout_ref']}{way}", wishes)

    def agrees(self) -> None:
        """On PayPal's page: to the subscription, or to another plan."""
        self.at_paypal("POST", "/approve")

    def days_go_by(self, days: int) -> None:
        self.shopper.sandbox("POST", "/sandbox/clock/advance", {"seconds": days * DAY_SECONDS})

    def loses_news(self) -> None:
        """No webhook arrives from now on."""
        self.shopper.sandbox("POST", "/sandbox/faults", {"kind": "drop"})

    @property
    def now(self) -> Json:
        found: Json = self.shopper.get(self.path)
        return found

    def awaits(self, status: str) -> None:
        eventually(lambda: self.now["status"] == status, f"the subscription to be {status}")

    def invoices(self) -> list[Json]:
        """Oldest first."""
        page = self.shopper.get("/v1/billing/invoices/", account_id=self.account_id, limit=100)
        return list(reversed(page["data"]))

    def awaits_bills(self, *totals: int) -> None:
        """Until there are just these, paid, each with its number."""

        def bills() -> list[int]:
            return [bill["total_minor"] for bill in self.invoices() if bill["status"] == "paid" and bill["number"]]

        eventually(lambda: bills() == list(totals), f"bills of {totals}")

    def lines(self) -> list[Json]:
        """The only line of each invoice."""
        whole = [self.shopper.get(f"/v1/billing/invoices/{bill['id']}/") for bill in self.invoices()]
        return [line for bill in whole for line in bill["lines"]]

    def credits(self) -> int:
        balance = self.shopper.get("/v1/billing/credits/balance/", account_id=self.account_id)["balance"]
        return int(balance)

    def awaits_mail(self, beginning: str, times: int = 1) -> None:
        def told() -> int:
            mine = [mail["subject"] for mail in emails(self.shopper) if self.email in mail["to"]]
            return len([subject for subject in mine if subject.startswith(beginning)])

        eventually(lambda: told() == times, f"{times} mails {beginning!r}")

    def books_equal_paypals(self) -> None:
        """Each payment and each refund there is one here, to the cent."""
        ledger = self.shopper.sandbox("GET", "/sandbox/paypal/ledger")
        taken = {
            row["id"]: row["amount"] for row in ledger["captures"] if row["subscription"] == self.page["checkout_ref"]
        }
        given = {row["id"]: row["amount"] for row in ledger["refunds"] if row["capture"] in taken}
        assert self.moved("capture") == sorted(taken.values())
        assert self.moved("refund") == sorted(-amount for amount in given.values())

    def moved(self, source: str) -> list[int]:
        """The amounts of what came or left in this way, by our books."""
        receipts = self.shopper.get("/v1/billing/receipts/", account_id=self.account_id, source=source, limit=100)
        return sorted(each["amount_minor"] for each in receipts["data"])


@pytest.fixture
def wanda(months: Stack, month_books: Database) -> Iterator[Wanda]:
    """She has agreed, and paid for the first month."""
    wanda = Wanda(months)
    assert wanda.now["status"] == "incomplete"
    wanda.agrees()
    wanda.awaits("active")
    wanda.awaits_bills(STARTER)
    yield wanda
    wanda.books_equal_paypals()
    wanda.shopper.close()


def _periods(books: Database, wanda: Wanda) -> list[Period]:
    """What was paid for, oldest first."""
    billed = select(InvoiceLine.period_start, InvoiceLine.period_end).join(
        Invoice, Invoice.id == InvoiceLine.invoice_id
    )
    with books.transaction() as session:
        rows = session.execute(billed.where(Invoice.account_id == UUID(wanda.account_id)).order_by(Invoice.issued_at))
        return [Period(row.period_start, row.period_end) for row in rows]


def test_three_months_with_a_payment_that_fails_and_another_plan(wanda: Wanda, month_books: Database) -> None:
    assert wanda.credits() == 500
    wanda.at_paypal("PATCH", "", outcome="PAYER_CANNOT_PAY")
    wanda.days_go_by(32)
    wanda.awaits("past_due")
    wanda.awaits_mail("Payment failed for your Starter subscription")
    wanda.at_paypal("PATCH", "", outcome="complete")
    wanda.days_go_by(5)
    wanda.awaits_bills(STARTER, STARTER)
    wanda.awaits("active")

    asked = wanda.ask("change-plan", plan={"plan": "growth"})
    assert (asked["change"], asked["plan"]) == ("to_approve", "starter")
    assert "ba_token=" in asked["approval_url"]
    wanda.agrees()
    eventually(lambda: wanda.now["plan"] == "growth", "the other plan")
    wanda.days_go_by(27)
    wanda.awaits_bills(STARTER, STARTER, GROWTH)
    assert [line["description"] for line in wanda.lines()] == ["Starter", "Starter", "Growth"]
    first, second, third = _periods(month_books, wanda)
    assert (first.end, second.end) == (second.start, third.start), "what is paid late is for its own month"
    # by our own clock not a day has gone by, and nothing has expired
    assert wanda.credits() == 500 + 500 + 1_500


def test_suspended_taken_up_again_and_ended(wanda: Wanda) -> None:
    assert wanda.ask("pause")["status"] == "paused"
    wanda.days_go_by(40)
    assert wanda.ask("resume")["status"] == "active"
    wanda.awaits_bills(STARTER)
    wanda.days_go_by(31)
    wanda.awaits_bills(STARTER, STARTER)
    ending = wanda.ask("cancel", when="period_end")
    assert (ending["status"], ending["cancel_at_period_end"]) == ("active", True)
    assert wanda.ask("reactivate")["cancel_at_period_end"] is False
    wanda.days_go_by(31)
    wanda.awaits_bills(STARTER, STARTER, STARTER)
    wanda.ask("cancel", when="period_end")
    wanda.days_go_by(62)
    assert wanda.ask("cancel", when="now")["status"] == "canceled"
    wanda.awaits_bills(STARTER, STARTER, STARTER)


def test_news_that_were_lost_are_asked_for(wanda: Wanda) -> None:
    wanda.loses_news()
    wanda.days_go_by(31)
    wanda.days_go_by(31)
    assert len(wanda.invoices()) == 1
    wanda.ask("sync-with-gateway")
    wanda.awaits_bills(STARTER, STARTER, STARTER)
    assert wanda.credits() == 3 * 500
    wanda.ask("sync-with-gateway")
    wanda.awaits_bills(STARTER, STARTER, STARTER)


def test_a_payment_is_given_back(wanda: Wanda) -> None:
    (receipt,) = wanda.shopper.get("/v1/billing/receipts/", account_id=wanda.account_id, source="capture")["data"]
    refund = wanda.command(f"/v1/admin/payments/{receipt['id']}/refund/", amount_minor=4_900)
    path = f"/v1/billing/refunds/{refund['id']}/"
    eventually(lambda: wanda.shopper.get(path)["status"] == "succeeded", "PayPal to give it back")


def test_a_bank_takes_a_payment_back(wanda: Wanda) -> None:
    """Of which nobody asked us: the invoice is charged back, and what was not used of its credits is gone."""
    (sale,) = [
        row["id"]
        for row in wanda.shopper.sandbox("GET", "/sandbox/paypal/ledger")["captures"]
        if row["subscription"] == wanda.page["checkout_ref"]
    ]
    wanda.shopper.sandbox("POST", f"/sandbox/paypal/captures/{sale}/reverse", {})
    eventually(lambda: wanda.credits() == 0, "the credits to be taken back")
    assert wanda.moved("dispute") == [-STARTER]


def test_a_plan_is_started_on_one_page(months: Stack, month_books: Database) -> None:
    """PayPal closes no page on which a subscription can still be started."""
    wanda = Wanda(months)
    assert wanda.starts_once_more() == wanda.page
    with pytest.raises(StackError, match="start_page_is_open") as refused:
        wanda.starts_once_more("year")
    assert repr(wanda.page["checkout_url"]) in str(refused.value)
    wanda.agrees()
    wanda.awaits("active")
    with pytest.raises(StackError, match="already_subscribed"):
        wanda.starts_once_more()
    wanda.awaits_bills(STARTER)
    wanda.shopper.close()
