"""Subscriptions of the sandbox's PayPal, for tests."""

from dataclasses import dataclass
from typing import Any

from tests.sandbox.paypal.calling import Json, PayPal, money

DAY_SECONDS = 24 * 60 * 60
SUBSCRIPTIONS, PLANS, PRODUCTS = "/v1/billing/subscriptions", "/v1/billing/plans", "/v1/catalogs/products"
BACK = {"return_url": "https://shop.example/back", "cancel_url": "https://shop.example/stop"}


@dataclass
class Subscriber:
    """Somebody with a subscription, whose time is the sandbox's."""

    paypal: PayPal
    id: str = ""

    def subscribe(self, plan: Json, **more: Any) -> Json:
        """Begin one, which waits for approval."""
        content = {"plan_id": plan["id"], "application_context": BACK, **more}
        begun = self.paypal.made("POST", SUBSCRIPTIONS, content)
        self.id = begun["id"]
        return begun

    def agree(self, **wishes: object) -> Json:
        """To the subscription, or to a change of it."""
        return self.paypal.control("POST", f"subscriptions/{self.id}/approve", wishes)

    def pays(self, outcome: str) -> None:
        """How payments end from now on."""
        self.paypal.control("PATCH", f"subscriptions/{self.id}", {"outcome": outcome})

    def wait(self, days: int) -> None:
        """Time goes by, and with it every token."""
        self.paypal.sandbox.control("POST", "clock/advance", {"seconds": days * DAY_SECONDS})
        self.paypal.sign_in()

    def told(self, fields: str = "") -> Json:
        """The subscription as it is."""
        query = f"?fields={fields}" if fields else ""
        return self.paypal.made("GET", f"{SUBSCRIPTIONS}/{self.id}{query}")

    def info(self) -> Json:
        """Its billing_info."""
        found: Json = self.told()["billing_info"]
        return found

    def do(self, way: str, content: Json | None = None) -> Json:
        """One of the ways below its path."""
        reason = {"reason": "Because."} if content is None else content
        return self.paypal.made("POST", f"{SUBSCRIPTIONS}/{self.id}/{way}", reason)

    def refused(self, way: str, content: Json | None = None) -> tuple[int, str]:
        """One that is not possible."""
        reason = {"reason": "Because."} if content is None else content
        return self.paypal.issue("POST", f"{SUBSCRIPTIONS}/{self.id}/{way}", reason)

    def sales(self) -> list[Json]:
        """What was paid, oldest first."""
        window = "start_time=2020-01-01T00:00:00Z&end_time=2060-01-01T00:00:00Z"
        found: list[Json] = self.paypal.made("GET", f"{SUBSCRIPTIONS}/{self.id}/transactions?{window}")["transactions"]
        return found

    def paid(self) -> list[str]:
        """The amounts of it."""
        return [sale["amount_with_breakdown"]["gross_amount"]["value"] for sale in self.sales()]


def cycle(
    value: str = "10.00", unit: str = "MONTH", sequence: int = 1, total: int = 0, tenure: str = "REGULAR"
) -> Json:
    """A billing cycle of a plan."""
    return {
        "frequency": {"interval_unit": unit, "interval_count": 1},
        "tenure_type": tenure,
        "sequence": sequence,
        "total_cycles": total,
        "pricing_scheme": {"fixed_price": money(value)},
    }


def product_of(paypal: PayPal) -> str:
    """A new product."""
    return str(paypal.made("POST", PRODUCTS, {"name": "Pro", "type": "SERVICE"})["id"])


def plan_of(paypal: PayPal, product: str, *cycles: Json, threshold: int = 0, **more: Any) -> Json:
    """A new plan, by the month unless told otherwise."""
    content = {
        "product_id": product,
        "name": "Monthly",
        "billing_cycles": list(cycles) or [cycle()],
        "payment_preferences": {"payment_failure_threshold": threshold},
        **more,
    }
    return paypal.made("POST", PLANS, content)
