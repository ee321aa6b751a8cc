"""A buyer at the hosted page, and the seller who looks at the session."""

import time

import pytest
import requests
import stripe

from sandbox.stripe.cards.numbers import CARDS
from tests.sandbox.running import ANSWER_SECONDS, Api, RunningSandbox, session_form

# by their numbers: what an API caller is told
DECLINES = {
    "4000000000000002": ("card_declined", "generic_decline"),
    "4000000000009995": ("card_declined", "insufficient_funds"),
    "4000000000009987": ("card_declined", "lost_card"),
    "4000000000009979": ("card_declined", "stolen_card"),
    "4000000000000069": ("expired_card", "expired_card"),
    "4000000000000127": ("incorrect_cvc", "incorrect_cvc"),
    "4000000000000119": ("processing_error", "processing_error"),
    "4000000000006975": ("card_declined", "card_velocity_exceeded"),
    "4000000000000341": ("card_declined", "generic_decline"),
}
HALF_AN_HOUR_SECONDS = 30 * 60


def test_the_whole_story_with_stripes_own_client(sandbox_server: RunningSandbox) -> None:
    client = sandbox_server.client()
    customer = client.v1.customers.create({"email": "ada@example.com", "metadata": {"account": "a1"}})
    session = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "customer": customer.id,
            "client_reference_id": "attempt-1",
            "success_url": "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://shop.example/back",
            "metadata": {"attempt": "1"},
            "payment_intent_data": {"metadata": {"attempt": "1"}},
            "line_items": [
                {
                    "quantity": 2,
                    "price_data": {"currency": "usd", "unit_amount": 2999, "product_data": {"name": "Value package"}},
                }
            ],
        }
    )
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert session.amount_total == 5998

    landed = sandbox_server.pay(session.id)
    assert landed.headers["Location"] == f"https://shop.example/thanks?session={session.id}"

    expand = ["payment_intent.latest_charge", "customer", "line_items"]
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": expand})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert paid.payment_intent.metadata["attempt"] == "1"
    assert isinstance(paid.payment_intent.latest_charge, stripe.Charge)
    assert paid.payment_intent.latest_charge.amount == 5998
    assert isinstance(paid.customer, stripe.Customer)
    assert paid.line_items is not None
    assert paid.line_items.data[0].description == "Value package"


@pytest.mark.parametrize("number", sorted(DECLINES))
def test_a_declined_buyer_may_try_another_card(api: Api, number: str) -> None:
    session = api.made("POST", "/v1/checkout/sessions", session_form())
    declined = api.sandbox.pay(session["id"], number)
    assert declined.status_code == 402
    decline = CARDS[number].decline
    assert decline is not None
    assert decline.message.replace("'", "&#39;") in declined.text

    after = api.made("GET", f"/v1/checkout/sessions/{session['id']}?expand[]=payment_intent.latest_charge")
    assert (after["status"], after["payment_status"]) == ("open", "unpaid")
    error = after["payment_intent"]["last_payment_error"]
    assert (error["code"], error["decline_code"]) == DECLINES[number]
    assert after["payment_intent"]["latest_charge"]["failure_code"] == DECLINES[number][0]

    assert api.sandbox.pay(session["id"]).status_code == 303
    paid = api.made("GET", f"/v1/checkout/sessions/{session['id']}")
    assert paid["payment_intent"] == after["payment_intent"]["id"]
    charges = api.made("GET", f"/v1/charges?payment_intent={paid['payment_intent']}")["data"]
    assert [charge["status"] for charge in charges] == ["succeeded", "failed"]


def test_paying_twice_charges_once(api: Api) -> None:
    session = api.made("POST", "/v1/checkout/sessions", session_form())
    first, second = api.sandbox.pay(session["id"]), api.sandbox.pay(session["id"])
    assert (first.status_code, second.status_code) == (303, 303)
    twin = api.sandbox.control("POST", f"checkout-sessions/{session['id']}/pay", {"card_number": "4242424242424242"})
    assert twin["already_paid"] is True
    charged = [
        row for row in api.sandbox.control("GET", "ledger")["charges"] if row["checkout_session"] == session["id"]
    ]
    assert len(charged) == 1


def test_the_twin_of_the_page_tells_programs_what_the_page_tells_people(api: Api) -> None:
    session = api.made("POST", "/v1/checkout/sessions", session_form())
    url = f"{api.sandbox.address}/sandbox/checkout-sessions/{session['id']}/pay"
    declined = requests.post(url, json={"card_number": "4000000000009995"}, timeout=ANSWER_SECONDS)
    assert (declined.status_code, declined.json()["error"]["decline_code"]) == (402, "insufficient_funds")
    paid = requests.post(url, timeout=ANSWER_SECONDS)
    assert (paid.status_code, paid.json()["payment_status"]) == (200, "paid")
    assert requests.post(url.replace("cs_test", "cs_none"), timeout=ANSWER_SECONDS).status_code == 404


def test_a_number_that_is_no_test_card_is_refused_without_a_charge(api: Api) -> None:
    session = api.made("POST", "/v1/checkout/sessions", session_form())
    assert api.sandbox.pay(session["id"], "4111111111111111").status_code == 402
    assert api.made("GET", f"/v1/checkout/sessions/{session['id']}")["payment_intent"] is None


def test_what_the_seller_wrote_is_escaped_on_the_page(api: Api) -> None:
    name = "line_items[0][price_data][product_data][name]"
    form = session_form(**{name: "<script>alert(1)</script>", "cancel_url": 'https://x.example/"><b>'})
    session = api.made("POST", "/v1/checkout/sessions", form)
    page = requests.get(session["url"], timeout=ANSWER_SECONDS)
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>" not in page.text
    assert '"><b>' not in page.text
    hostile = requests.post(session["url"], data={"card_number": '"><script>'}, timeout=ANSWER_SECONDS)
    assert "<script>" not in hostile.text


def test_a_session_expires_by_itself_and_says_so(api: Api) -> None:
    expires_at = int(time.time()) + HALF_AN_HOUR_SECONDS
    session = api.made("POST", "/v1/checkout/sessions", session_form(expires_at=str(expires_at)))
    api.sandbox.control("POST", "clock/advance", {"seconds": HALF_AN_HOUR_SECONDS + 1})

    assert api.made("GET", f"/v1/checkout/sessions/{session['id']}")["status"] == "expired"
    event = api.made("GET", "/v1/events?type=checkout.session.expired&limit=1")["data"][0]
    assert event["data"]["object"]["id"] == session["id"]
    assert event["request"] == {"id": None, "idempotency_key": None}
    page = requests.get(session["url"], timeout=ANSWER_SECONDS)
    assert (page.status_code, "expired" in page.text) == (410, True)
    assert api.sandbox.pay(session["id"]).status_code == 410


@pytest.mark.parametrize("away_seconds", [60, 2 * 24 * 60 * 60])
def test_a_session_lasts_half_an_hour_to_a_day(api: Api, away_seconds: int) -> None:
    now = api.sandbox.control("POST", "clock/advance", {"seconds": 1})["now"]
    status, body = api.call("POST", "/v1/checkout/sessions", session_form(expires_at=str(now + away_seconds)))
    assert (status, body["error"]["param"]) == (400, "expires_at")


def test_only_an_open_session_can_be_expired(api: Api) -> None:
    session = api.made("POST", "/v1/checkout/sessions", session_form())
    api.sandbox.pay(session["id"])
    status, _ = api.call("POST", f"/v1/checkout/sessions/{session['id']}/expire")
    assert status == 400


def test_with_a_session_its_declined_payment_is_over(api: Api) -> None:
    session = api.made("POST", "/v1/checkout/sessions", session_form())
    path = f"/v1/checkout/sessions/{session['id']}"
    assert api.sandbox.pay(session["id"], "4000000000000002").status_code == 402
    intent = api.made("GET", path)["payment_intent"]
    status, body = api.call("POST", f"/v1/payment_intents/{intent}/cancel")
    assert (status, "Expire the Checkout Session" in body["error"]["message"]) == (400, True)
    api.made("POST", f"{path}/expire")
    ended = api.made("GET", f"/v1/payment_intents/{intent}")
    assert (ended["status"], ended["cancellation_reason"]) == ("canceled", "abandoned")
    assert api.made("GET", "/v1/events?type=payment_intent.canceled&limit=1")["data"][0]["data"]["object"] == ended


@pytest.mark.parametrize(("creation", "made"), [("always", True), ("if_required", False)])
def test_a_customer_is_made_when_asked_for(api: Api, creation: str, made: bool) -> None:
    session = api.made("POST", "/v1/checkout/sessions", session_form(customer_creation=creation))
    api.sandbox.pay(session["id"])
    paid = api.made("GET", f"/v1/checkout/sessions/{session['id']}")
    assert (paid["customer"] is not None) is made
    assert paid["customer_details"]["email"] == "buyer@example.com"


def test_lists_go_through_pages_in_both_directions(api: Api) -> None:
    buyer = api.made("POST", "/v1/customers")["id"]
    newest_first = [api.made("POST", "/v1/checkout/sessions", session_form(customer=buyer))["id"] for _ in range(5)][
        ::-1
    ]
    path = f"/v1/checkout/sessions?customer={buyer}"

    def ids(query: str) -> tuple[list[str], bool]:
        page = api.made("GET", f"{path}&{query}")
        return [session["id"] for session in page["data"]], page["has_more"]

    assert ids("limit=2") == (newest_first[:2], True)
    assert ids(f"limit=2&starting_after={newest_first[1]}") == (newest_first[2:4], True)
    assert ids(f"limit=2&starting_after={newest_first[3]}") == (newest_first[4:], False)
    assert ids(f"limit=2&ending_before={newest_first[4]}") == (newest_first[2:4], True)
    assert ids(f"limit=2&ending_before={newest_first[1]}") == (newest_first[:1], False)


def test_the_vendors_auto_pagination_sees_every_session(sandbox_server: RunningSandbox, api: Api) -> None:
    buyer = api.made("POST", "/v1/customers")["id"]
    made = {api.made("POST", "/v1/checkout/sessions", session_form(customer=buyer))["id"] for _ in range(7)}
    listed = sandbox_server.client().v1.checkout.sessions.list({"customer": buyer, "limit": 3})
    assert {session.id for session in listed.auto_paging_iter()} == made
