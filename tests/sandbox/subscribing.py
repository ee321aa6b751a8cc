"""A customer who lives on a test clock, with a card and whatever they subscribe to."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from tests.contracts.stripe_openapi import validate_event
from tests.sandbox.running import Api, Json

DAY = 24 * 60 * 60


def moment(text: str) -> int:
    """`2026-01-31` or `2026-01-31 12:30` in UTC, as Unix seconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def written(seconds: int | None) -> str | None:
    """The reverse, to the minute."""
    return None if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"


def price(api: Api, amount: int, interval: str = "month", name: str = "Pro", **more: object) -> str:
    """The id of a new price of a new product, in cents of USD."""
    fields = {
        "currency": "usd",
        "product_data[name]": name,
        "recurring[interval]": interval,
        "unit_amount": amount,
        **more,
    }
    return str(api.made("POST", "/v1/prices", urlencode(fields))["id"])


class Subscriber:
    """Time stands still for this customer until `advance`."""

    def __init__(self, api: Api, at: str, card: str | None = "pm_card_visa") -> None:
        self.api = api
        self.clock: str = api.made("POST", "/v1/test_helpers/test_clocks", f"frozen_time={moment(at)}")["id"]
        form = urlencode({"test_clock": self.clock, "email": "ada@example.com", "name": "Ada"})
        self.id: str = api.made("POST", "/v1/customers", form)["id"]
        self.subscription_id = ""
        self.card = ""
        if card:
            self.pay_with(card)

    def pay_with(self, card: str) -> str:
        """Save a card and make it the one that invoices are paid with."""
        self.card = self.api.made("POST", f"/v1/payment_methods/{card}/attach", f"customer={self.id}")["id"]
        self.api.made("POST", f"/v1/customers/{self.id}", f"invoice_settings[default_payment_method]={self.card}")
        return self.card

    def subscribe(self, price_id: str, **more: object) -> Json:
        """POST /v1/subscriptions, with one item; underscores for brackets are not needed: pass a dict with `**`."""
        fields = {"customer": self.id, "items[0][price]": price_id, **more}
        made = self.api.made("POST", "/v1/subscriptions", urlencode(fields))
        self.subscription_id = made["id"]
        return made

    def change(self, **fields: object) -> Json:
        """POST /v1/subscriptions/{id}"""
        return self.api.made("POST", f"/v1/subscriptions/{self.subscription_id}", urlencode(fields))

    def change_price(self, price_id: str, **more: object) -> Json:
        """The same item with another price."""
        item = self.subscription()["items"]["data"][0]["id"]
        return self.change(**{"items[0][id]": item, "items[0][price]": price_id, **more})

    def advance(self, to: str) -> Json:
        """Time goes on until that moment; the subscription as it stands then."""
        self.api.made("POST", f"/v1/test_helpers/test_clocks/{self.clock}/advance", f"frozen_time={moment(to)}")
        return self.subscription()

    def subscription(self) -> Json:
        """As it stands now."""
        return self.api.made("GET", f"/v1/subscriptions/{self.subscription_id}")

    def period(self) -> tuple[str | None, str | None]:
        """The running period of the first item."""
        item = self.subscription()["items"]["data"][0]
        return written(item["current_period_start"]), written(item["current_period_end"])

    def invoices(self) -> list[Json]:
        """Oldest first."""
        found = self.api.made("GET", f"/v1/invoices?subscription={self.subscription_id}&limit=100")["data"]
        return list(reversed(found))

    def invoice(self) -> Json:
        """The latest."""
        return self.invoices()[-1]

    def events(self, *types: str) -> list[Json]:
        """All events of this customer, or those of some types, oldest first, each held to the contract."""
        asked = "".join(f"&types[]={each}" for each in types)
        found = self.api.made("GET", f"/v1/events?limit=100{asked}")["data"]
        own = [event for event in reversed(found) if self.id in _owners(self.api, event["data"]["object"])]
        for event in own:
            validate_event(event)
        return own

    def told(self, *types: str) -> list[str]:
        """The types of the events, oldest first."""
        return [event["type"] for event in self.events(*types)]


def lines(invoice: Json) -> list[tuple[str, int]]:
    """What an invoice says, line by line."""
    return [(line["description"], line["amount"]) for line in invoice["lines"]["data"]]


def _owners(api: Api, subject: Json) -> tuple[Any, Any]:
    if subject["object"] == "invoice_payment":
        subject = api.made("GET", f"/v1/invoices/{subject['invoice']}")
    return subject.get("customer"), subject["id"]
