"""The part of the demo in which half a year passes: a small company subscribes, grows, fails to pay once, and goes on.

It lives by a test clock that ends at the present, so that whoever opens its portal then sees six months of it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from stack.story import Story

ACCOUNT = {
    "name": "Lighthouse Studio",
    "owner": "user-3",
    "billing_email": "billing@lighthouse.example",
    "billing_address": {"line1": "4 Harbor Street", "city": "Portland", "postal_code": "04101", "country": "US"},
}
# slug, name, unit, credits for so many units
OPERATIONS = (
    ("page_scan", "Page scan", "page", 1, 10),
    ("report", "Report", "report", 4, 1),
    ("export", "Export", "file", 2, 1),
    ("translation", "Translation", "page", 3, 1),
)
# how much of each a slow day takes; a busy one five times as much
DAILY = {"page_scan": 30, "report": 1, "export": 1, "translation": 1}
A_DAY = timedelta(days=1)
MONTH = timedelta(days=30)
MONTHS = 6
# the last period is some days old at the end, and none begins that the story does not tell
AGE_OF_LAST_PERIOD = timedelta(days=20)
LONG_BEFORE = "2020-01-01T00:00:00Z"
SATURDAY = 5


def live_six_months(story: Story) -> str:
    """The company's account, which stands at the present when this ends."""
    _price_operations(story)
    ends = datetime.now(UTC).replace(microsecond=0)
    began = ends - MONTH * (MONTHS - 1) - AGE_OF_LAST_PERIOD
    company = _Company(story, began)
    subscription = company.subscribe("starter")
    company.live_until(began + MONTH)
    _say(story, f"/v1/billing/subscriptions/{subscription}/change-plan/", plan={"plan": "growth"}, when="now")
    company.live_until(began + MONTH * 3)
    company.card_declines("insufficient_funds")
    company.live_until(company.renewal(subscription) + A_DAY)
    company.card_declines(None)
    company.live_until(began + MONTH * 4)
    bought = {"account_id": company.account_id, "package": "value", "method": "saved"}
    _say(story, "/v1/billing/credits/purchase/", **bought)
    company.live_until(ends)
    invited = {"email": "accounts@lighthouse.example", "role": "billing"}
    _say(story, "/v1/account/team/invite/", account_id=company.account_id, **invited)
    story.wait_for(lambda: _is_written_to(story, invited["email"]), "the invitation to be sent")
    story.tell(f"six months of {ACCOUNT['name']} passed: an upgrade, a payment that failed once, credits on top")
    return company.account_id


class _Company:
    """One account on one clock, with a card."""

    def __init__(self, story: Story, began: datetime) -> None:
        self._story = story
        self._now = began
        clock = _say(story, "/v1/test-clocks/", name=f"{ACCOUNT['name']}'s", frozen_at=began.isoformat())
        self._clock = f"/v1/test-clocks/{clock['id']}/"
        self.account_id: str = _say(story, "/v1/accounts/", **ACCOUNT, test_clock_id=clock["id"])["id"]
        self._card_ref = self._save_card()

    def subscribe(self, plan: str) -> str:
        """To a plan, which is paid at once; the subscription's id."""
        begun: str = _say(
            self._story, "/v1/billing/subscriptions/", account_id=self.account_id, plan={"plan": plan}
        )["id"]  # fmt: skip
        path = f"/v1/billing/subscriptions/{begun}/"
        self._story.wait_for(lambda: self._story.shopper.get(path)["status"] == "active", "the first payment")
        return begun

    def live_until(self, then: datetime) -> None:
        """Work on every day, and let everything happen that falls due on the way."""
        while self._now < then:
            until = min(self._now + MONTH, then)
            _say(self._story, f"{self._clock}advance/", frozen_at=until.isoformat())
            self._story.wait_for(
                lambda: self._story.shopper.get(self._clock)["status"] == "ready", "the clock to arrive"
            )
            events = list(_work(self._now, until))
            if events:
                _say(self._story, "/v1/usage/", account_id=self.account_id, events=events)
            self._now = until

    def card_declines(self, code: str | None) -> None:
        """From now on charging it ends like this; None: it pays."""
        self._story.shopper.sandbox("PATCH", f"/sandbox/payment-methods/{self._card_ref}", {"decline_code": code})

    def renewal(self, subscription: str) -> datetime:
        """When the next period begins."""
        shown = self._story.shopper.get(f"/v1/billing/subscriptions/{subscription}/")
        return datetime.fromisoformat(shown["period_end"])

    def _save_card(self) -> str:
        pages = dict.fromkeys(("success_url", "cancel_url"), f"{self._story.shopper.sandbox_url}/")
        opened = _say(self._story, "/v1/billing/stripe/card-setup/", account_id=self.account_id, **pages)
        self._story.shopper.pay(opened["checkout_url"])

        def saved() -> list[dict[str, Any]]:
            shown = self._story.shopper.get("/v1/billing/payment-methods/", account_id=self.account_id)
            cards: list[dict[str, Any]] = shown["data"]
            return cards

        self._story.wait_for(saved, "the card to be saved")
        return str(saved()[0]["card_ref"])


def _work(since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """What is used on each working day between, on a day of the week a little more than on another."""
    day = since + A_DAY
    while day <= until:
        if day.weekday() < SATURDAY:
            for operation, quantity in DAILY.items():
                more = 1 + (day.weekday() * 3 + day.day) % 5
                event = {"event_id": f"{operation}-{day.date()}", "operation": operation, "quantity": quantity * more}
                yield {**event, "happened_at": day.isoformat(), "site": "shop.lighthouse.example"}
        day += A_DAY


def _is_written_to(story: Story, address: str) -> bool:
    return any(address in mail["to"] for mail in story.emails())


def _price_operations(story: Story) -> None:
    """Where nobody has: a demo may be played again in the same home."""
    known = {cost["operation"] for cost in story.shopper.get("/v1/billing/credits/costs/")["data"]}
    for operation, name, unit, cost, per in OPERATIONS:
        if operation not in known:
            said = {"name": name, "unit": unit, "credits": cost, "per_quantity": per, "valid_from": LONG_BEFORE}
            _say(story, "/v1/admin/credit-costs/", operation=operation, **said)


def _say(story: Story, path: str, **body: Any) -> dict[str, Any]:
    result: dict[str, Any] = story.shopper.command(path, body, f"demo-months-{uuid4()}")["result"]
    return result
