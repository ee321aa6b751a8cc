"""Events of an old API version have the shape that version had."""

from collections.abc import Iterator

import pytest
import requests

from settings import SANDBOX_STRIPE_KEY
from tests.sandbox.running import Api, Json, RunningSandbox
from tests.sandbox.subscribing import Subscriber, price, written

BEFORE_BASIL = "2024-06-20"
CURRENT = "2026-05-27.dahlia"


class CurrentApi(Api):
    """Asks for the current version of answers, whatever the version of events is."""

    def answer(
        self, method: str, path: str, form: str = "", key: str | None = SANDBOX_STRIPE_KEY, **headers: str
    ) -> requests.Response:
        """The whole answer of one call."""
        return super().answer(method, path, form, key, **{"Stripe_Version": CURRENT, **headers})


@pytest.fixture(scope="module")
def events(billing_sandbox: RunningSandbox) -> Iterator[list[Json]]:
    """A subscription for 20 USD at half price, changed in the middle of June, renewed in July."""
    billing_sandbox.set(api_version=BEFORE_BASIL)
    api = CurrentApi(billing_sandbox)
    half = api.made("POST", "/v1/coupons", "percent_off=50&duration=forever")["id"]
    ada = Subscriber(api, "2026-06-01")
    ada.subscribe(price(api, 2000), **{"discounts[0][coupon]": half, "metadata[account]": "7"})
    ada.advance("2026-06-16")
    ada.change_price(price(api, 8000))
    ada.advance("2026-07-01")
    yield raw_events(billing_sandbox, ada.id)
    billing_sandbox.set(api_version=CURRENT)


def raw_events(sandbox: RunningSandbox, customer: str) -> list[Json]:
    """Not held to the contract, which describes the current version only; oldest first."""
    key = {"Authorization": f"Bearer {SANDBOX_STRIPE_KEY}"}
    found = requests.get(f"{sandbox.address}/v1/events?limit=100", headers=key, timeout=5).json()["data"]
    return [event for event in reversed(found) if event["data"]["object"].get("customer") == customer]


def snapshot(events: list[Json], kind: str) -> Json:
    """The object in the latest event of a type."""
    found: Json = next(event for event in reversed(events) if event["type"] == kind)["data"]["object"]
    return found


def test_an_invoice_names_its_subscription_and_its_payment(events: list[Json]) -> None:
    invoice = snapshot(events, "invoice.paid")
    subscription = snapshot(events, "customer.subscription.updated")
    assert invoice["subscription"] == subscription["id"]
    assert invoice["subscription_details"] == {"metadata": {"account": "7"}}
    assert invoice["payment_intent"].startswith("pi_")
    assert invoice["charge"].startswith("ch_")
    assert (invoice["paid"], invoice["paid_out_of_band"], invoice["tax"]) == (True, False, None)
    assert invoice["discount"]["coupon"]["percent_off"] == 50
    for gone in ("parent", "payments", "total_taxes", "amount_overpaid"):
        assert gone not in invoice


def test_its_lines_have_price_plan_type_and_proration(events: list[Json]) -> None:
    unused, remaining, full = snapshot(events, "invoice.paid")["lines"]["data"]
    assert [line["type"] for line in (unused, remaining, full)] == ["invoiceitem", "invoiceitem", "subscription"]
    assert [line["proration"] for line in (unused, remaining, full)] == [True, True, False]
    assert (full["price"]["unit_amount"], full["plan"]["amount"], full["plan"]["interval"]) == (8000, 8000, "month")
    assert unused["invoice_item"].startswith("ii_")
    assert "pricing" not in full
    assert "parent" not in full


def test_a_subscription_has_its_period_at_the_top(events: list[Json]) -> None:
    subscription = snapshot(events, "customer.subscription.updated")
    assert written(subscription["current_period_end"]) == "2026-08-01 00:00"
    item = subscription["items"]["data"][0]
    assert "current_period_end" not in item
    assert (item["plan"]["amount"], subscription["plan"]["id"], subscription["quantity"]) == (
        8000,
        item["price"]["id"],
        1,
    )
    assert subscription["discount"]["coupon"]["percent_off"] == 50
    renewal = [event for event in events if event["type"] == "customer.subscription.updated"][-1]
    previous = renewal["data"]["previous_attributes"]
    assert sorted(previous) == ["current_period_end", "current_period_start", "latest_invoice"]
    assert written(previous["current_period_end"]) == "2026-07-01 00:00"


def test_payments_name_their_invoice_and_have_no_event_of_their_own(events: list[Json]) -> None:
    invoice = snapshot(events, "invoice.paid")["id"]
    assert snapshot(events, "payment_intent.succeeded")["invoice"] == invoice
    assert snapshot(events, "charge.succeeded")["invoice"] == invoice
    assert "invoice_payment.paid" not in {event["type"] for event in events}


def test_pending_prorations_have_their_price(events: list[Json]) -> None:
    entry = snapshot(events, "invoiceitem.created")
    assert (entry["price"]["unit_amount"], entry["proration"], entry["amount"]) == (8000, True, 2000)
    assert "parent" not in entry


def test_events_say_which_version_they_are_in(events: list[Json]) -> None:
    assert {event["api_version"] for event in events if event["type"].startswith("invoice")} == {BEFORE_BASIL}
