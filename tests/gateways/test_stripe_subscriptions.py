"""What we ask of Stripe about subscriptions, to the letter, and what becomes of a repeat."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest

from billing.errors import Rejected
from gateways.stripe.client import StripeGateway
from tests.gateways.conversation import changes_asked, listed, read, script
from tests.gateways.golden_events import VERSION_NEW, golden_object
from tests.gateways.loopback import Script, ScriptedServer, http_answer
from tests.gateways.requests_made import SUBSCRIPTION, SUBSCRIPTION_ID

Scripted = Callable[[Script], ScriptedServer]
PATH = "/v1/subscriptions/sub_1"
CREATED_AFTER = datetime(2026, 11, 1, tzinfo=UTC)


def subscription(**changes: Any) -> dict[str, Any]:
    return golden_object(VERSION_NEW, "customer.subscription.created") | changes


def invoice(number: int, **changes: Any) -> dict[str, Any]:
    return golden_object(VERSION_NEW, "invoice.paid") | {"id": f"in_{number}"} | changes


def test_a_page_for_starting_a_subscription(scripted: Scripted) -> None:
    opened = {"id": "cs_test_1", "url": "https://checkout.example.com/1", "status": "open"}
    server = scripted(script({"POST /v1/checkout/sessions": opened}))
    checkout = StripeGateway("sk_test_made_up", server.url).open_subscription_checkout(SUBSCRIPTION)
    assert (checkout.checkout_ref, checkout.url) == ("cs_test_1", "https://checkout.example.com/1")
    expected = {
        "mode": "subscription",
        "line_items[0][price]": "price_1",
        "line_items[0][quantity]": "1",
        "line_items[1][price]": "price_2",
        "line_items[1][quantity]": "3",
        "client_reference_id": SUBSCRIPTION_ID,
        "metadata[cashbeat_subscription]": SUBSCRIPTION_ID,
        "subscription_data[metadata][cashbeat_subscription]": SUBSCRIPTION_ID,
        "subscription_data[trial_period_days]": "14",
        "success_url": "https://app.example.com/thanks",
        "cancel_url": "https://app.example.com/canceled",
        "expires_at": "1793534400",
        "discounts[0][coupon]": "cashbeat_autumn",
        "customer": "cus_1",
    }
    assert changes_asked(server) == [("/v1/checkout/sessions", expected, f"subscription/{SUBSCRIPTION_ID}")]


def test_a_subscription_is_found_by_its_checkout(scripted: Scripted) -> None:
    answers = {
        "GET /v1/checkout/sessions/cs_1": {"id": "cs_1", "subscription": subscription(id="sub_1")},
        "GET /v1/checkout/sessions/cs_2": {"id": "cs_2", "subscription": None},
        f"GET {PATH}": subscription(),
    }
    stripe = StripeGateway("sk_test_made_up", scripted(script(answers)).url)
    by_checkout = stripe.fetch_subscription(checkout_ref="cs_1")
    assert by_checkout is not None
    assert by_checkout == stripe.fetch_subscription(subscription_ref="sub_1")
    assert stripe.fetch_subscription(checkout_ref="cs_2") is None
    assert stripe.fetch_subscription(checkout_ref="cs_unknown") is None
    assert stripe.fetch_subscription(subscription_ref="sub_unknown") is None
    with pytest.raises(ValueError, match="reference"):
        stripe.fetch_subscription()


@pytest.mark.parametrize(("prorate", "behavior"), [(True, "always_invoice"), (False, "none")])
def test_another_price(scripted: Scripted, prorate: bool, behavior: str) -> None:
    server = scripted(script({f"POST {PATH}": subscription()}))
    stripe = StripeGateway("sk_test_made_up", server.url)
    stripe.change_price("sub_1", "si_1", "price_2", prorate=prorate, idempotency_key="change/1")
    form = {"items[0][id]": "si_1", "items[0][price]": "price_2", "proration_behavior": behavior}
    form["payment_behavior"] = "pending_if_incomplete"
    assert changes_asked(server) == [(PATH, form, "change/1")]


@pytest.mark.parametrize(("at_period_end", "text"), [(True, "true"), (False, "false")])
def test_a_cancellation_is_set_and_taken_back(scripted: Scripted, at_period_end: bool, text: str) -> None:
    server = scripted(script({f"POST {PATH}": subscription(cancel_at_period_end=at_period_end)}))
    stripe = StripeGateway("sk_test_made_up", server.url)
    fact = stripe.set_cancellation("sub_1", at_period_end=at_period_end, idempotency_key="end/1")
    assert fact.cancel_at_period_end is at_period_end
    assert changes_asked(server) == [(PATH, {"cancel_at_period_end": text}, "end/1")]


def test_what_the_portal_has_canceled_is_taken_back_too(scripted: Scripted) -> None:
    december = subscription()["items"]["data"][0]["current_period_end"]
    answers = {f"POST {PATH}": subscription(cancel_at=december)}
    server = scripted(script(answers))
    stripe = StripeGateway("sk_test_made_up", server.url)
    stripe.set_cancellation("sub_1", at_period_end=False, idempotency_key="end/1")
    assert changes_asked(server) == [
        (PATH, {"cancel_at_period_end": "false"}, "end/1"),
        (PATH, {"cancel_at": ""}, "end/1/date"),
    ]


@pytest.mark.parametrize(
    ("paused", "form"), [(True, {"pause_collection[behavior]": "void"}), (False, {"pause_collection": ""})]
)
def test_collection_is_paused_and_resumed(scripted: Scripted, paused: bool, form: dict[str, str]) -> None:
    server = scripted(script({f"POST {PATH}": subscription()}))
    StripeGateway("sk_test_made_up", server.url).pause_collection("sub_1", paused=paused, idempotency_key="pause/1")
    assert changes_asked(server) == [(PATH, form, "pause/1")]


ENDED = golden_object(VERSION_NEW, "customer.subscription.deleted")


def test_a_subscription_is_ended_now(scripted: Scripted) -> None:
    server = scripted(script({f"DELETE {PATH}": ENDED}))
    fact = StripeGateway("sk_test_made_up", server.url).cancel_now("sub_1", idempotency_key="end/1")
    assert fact.status == "canceled"
    assert read(server.requests[0]).call == f"DELETE {PATH}"


def test_ending_it_again_tells_how_it_ended(scripted: Scripted) -> None:
    server = scripted(script({f"GET {PATH}": ENDED}))
    fact = StripeGateway("sk_test_made_up", server.url).cancel_now("sub_1", idempotency_key="end/1")
    assert (fact.status, fact.ended_at) == ("canceled", datetime(2026, 11, 1, 12, 1, tzinfo=UTC))


def test_what_never_was_cannot_be_ended(scripted: Scripted) -> None:
    with pytest.raises(Rejected) as refusal:
        StripeGateway("sk_test_made_up", scripted(script({})).url).cancel_now("sub_1", idempotency_key="end/1")
    assert (refusal.value.code, refusal.value.status) == ("resource_missing", 404)


def test_a_refusal_to_end_it_is_told(scripted: Scripted) -> None:
    refused = http_answer("400 Bad Request", b'{"error": {"type": "invalid_request_error", "code": "not_now"}}')
    server = scripted(script({f"DELETE {PATH}": refused, f"GET {PATH}": ENDED}))
    with pytest.raises(Rejected) as refusal:
        StripeGateway("sk_test_made_up", server.url).cancel_now("sub_1", idempotency_key="end/1")
    assert refusal.value.code == "not_now"


def test_a_portal_is_opened_for_a_customer(scripted: Scripted) -> None:
    opened = {"id": "bps_1", "url": "https://billing.example.com/session/1"}
    server = scripted(script({"POST /v1/billing_portal/sessions": opened}))
    stripe = StripeGateway("sk_test_made_up", server.url)
    assert stripe.open_portal("cus_1", return_url="https://app.example.com/") == opened["url"]
    assert read(server.requests[0]).form == {"customer": "cus_1", "return_url": "https://app.example.com/"}


def test_an_invoice_is_fetched_with_its_payment(scripted: Scripted) -> None:
    server = scripted(script({"GET /v1/invoices/in_1": invoice(1), "GET /v1/invoices/in_2": invoice(2, parent=None)}))
    stripe = StripeGateway("sk_test_made_up", server.url)
    fetched = stripe.fetch_invoice("in_1")
    assert fetched is not None
    assert (fetched.invoice_ref, fetched.total_minor, len(fetched.lines)) == ("in_1", 2999, 1)
    assert read(server.requests[0]).form == {"expand[0]": "payments.data.payment.payment_intent"}
    assert stripe.fetch_invoice("in_2") is None
    assert stripe.fetch_invoice("in_3") is None


def test_a_long_invoice_is_read_to_its_last_line(scripted: Scripted) -> None:
    (line,) = invoice(1)["lines"]["data"]
    every = [line | {"id": f"il_{number}", "description": f"line {number}"} for number in range(5)]
    first = {"object": "list", "data": every[:2], "has_more": True, "url": "/v1/invoices/in_1/lines"}

    def answer(request: bytes) -> bytes:
        asked = read(request)
        after = [each["id"] for each in every].index(asked.form.get("starting_after", "il_4")) + 1
        page = every[after % 5 :][:2]
        lines = listed(*page) | {"has_more": page[-1] is not every[-1]}
        found = {"GET /v1/invoices/in_1": invoice(1, lines=first), "GET /v1/invoices/in_1/lines": lines}
        return script(found)(request)

    fetched = StripeGateway("sk_test_made_up", scripted(answer).url, page_limit=2).fetch_invoice("in_1")
    assert fetched is not None
    assert [line.description for line in fetched.lines] == [f"line {number}" for number in range(5)]


def test_invoices_are_listed_oldest_first(scripted: Scripted) -> None:
    server = scripted(script({"GET /v1/invoices": listed(invoice(3), invoice(2, parent=None), invoice(1))}))
    invoices = StripeGateway("sk_test_made_up", server.url).list_invoices("sub_1", created_after=CREATED_AFTER)
    assert [each.invoice_ref for each in invoices] == ["in_1", "in_3"]
    query = parse_qs(server.requests[0].decode().partition("?")[2].partition(" ")[0])
    assert query["subscription"] == ["sub_1"]
    assert query["created[gte]"] == [str(int(CREATED_AFTER.timestamp()))]


def test_of_many_invoices_the_newest_hundred_are_listed(scripted: Scripted) -> None:
    server = scripted(script({"GET /v1/invoices": listed(*(invoice(number) for number in range(120, 0, -1)))}))
    invoices = StripeGateway("sk_test_made_up", server.url).list_invoices("sub_1")
    assert [invoices[0].invoice_ref, invoices[-1].invoice_ref, len(invoices)] == ["in_21", "in_120", 100]
