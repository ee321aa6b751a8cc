"""The Billing Portal: customers help themselves, on a page or, for programs, by the control API."""

import pytest
import requests

from tests.sandbox.running import Api, Json
from tests.sandbox.subscribing import Subscriber, price, written


@pytest.fixture
def starter(billing: Api) -> Subscriber:
    """Subscribed on 1 June for 30 USD a month."""
    subscriber = Subscriber(billing, "2026-06-01")
    subscriber.subscribe(price(billing, 3000, name="Starter"))
    return subscriber


def portal(ada: Subscriber) -> Json:
    """A new portal session."""
    form = f"customer={ada.id}&return_url=https%3A%2F%2Fshop.example%2Faccount"
    return ada.api.made("POST", "/v1/billing_portal/sessions", form)


def click(session: Json, **fields: str) -> requests.Response:
    """Press a button on the page."""
    return requests.post(session["url"], data=fields, allow_redirects=False, timeout=5)


def test_the_page_shows_what_one_subscribed_to(billing: Api, starter: Subscriber) -> None:
    team = price(billing, 9000, name="Team &amp; friends")
    shown = requests.get(portal(starter)["url"], timeout=5)
    assert shown.status_code == 200
    for text in ("Starter · 30.00 USD / month", "visa ···· 4242", "2026-07-01", "https://shop.example/account", team):
        assert text in shown.text
    assert "Team &amp;amp; friends" in shown.text
    assert requests.get(f"{billing.sandbox.address}/portal/bps_none", timeout=5).status_code == 404


def test_a_person_changes_the_plan_the_card_and_their_mind(billing: Api, starter: Subscriber) -> None:
    session, team = portal(starter), price(billing, 9000, name="Team")
    mine = {"subscription": starter.subscription_id}
    starter.advance("2026-06-16")
    assert click(session, action="change_plan", price=team, **mine).status_code == 303
    assert click(session, action="card", card_number="5555 5555 5555 4444", **mine).status_code == 303
    assert click(session, action="cancel", **mine).status_code == 303
    assert "Ends 2026-07-01" in requests.get(session["url"], timeout=5).text
    assert click(session, action="resume", **mine).status_code == 303
    after = starter.advance("2026-07-01")
    assert (after["status"], after["cancel_at_period_end"]) == ("active", False)
    assert starter.invoice()["total"] == 9000 - 1500 + 4500
    card = billing.made("GET", f"/v1/payment_methods/{after['default_payment_method']}")
    assert (card["card"]["brand"], card["customer"]) == ("mastercard", starter.id)
    told = starter.told("customer.subscription.updated", "payment_method.attached")
    assert told.count("payment_method.attached") == 2


def test_a_bad_card_is_told_and_changes_nothing(billing: Api, starter: Subscriber) -> None:
    answer = click(portal(starter), action="card", subscription=starter.subscription_id, card_number="4000000000000002")
    assert (answer.status_code, "Your card was declined." in answer.text) == (402, True)
    assert starter.subscription()["default_payment_method"] is None


def test_nobody_touches_what_belongs_to_somebody_else(billing: Api, starter: Subscriber) -> None:
    eve = Subscriber(billing, "2026-06-01")
    answer = click(portal(eve), action="cancel", subscription=starter.subscription_id)
    assert (answer.status_code, starter.subscription()["cancel_at_period_end"]) == (404, False)


def test_what_is_owed_is_paid_on_the_page(billing: Api, starter: Subscriber) -> None:
    starter.pay_with("pm_card_chargeCustomerFail")
    starter.advance("2026-07-01")
    session, owed = portal(starter), starter.invoice()["id"]
    assert click(session, action="pay", invoice=owed).status_code == 402
    click(session, action="card", subscription=starter.subscription_id, card_number="4242424242424242")
    assert click(session, action="pay", invoice=owed).status_code == 303
    assert (starter.invoice()["status"], starter.subscription()["status"]) == ("paid", "active")


def test_an_invoice_has_a_page_of_its_own_where_it_can_be_paid_with_any_card(billing: Api, starter: Subscriber) -> None:
    starter.pay_with("pm_card_chargeCustomerFail")
    starter.advance("2026-07-01")
    url = starter.invoice()["hosted_invoice_url"]
    shown = requests.get(url, timeout=5)
    assert (shown.status_code, "Starter (at 30.00 USD / month)" in shown.text) == (200, True)
    declined = requests.post(url, data={"card_number": "4000000000009995"}, timeout=5)
    assert (declined.status_code, "Your card has insufficient funds." in declined.text) == (402, True)
    assert (
        requests.post(url, data={"card_number": "5555555555554444"}, allow_redirects=False, timeout=5).status_code
        == 303
    )
    assert (starter.invoice()["status"], starter.subscription()["status"]) == ("paid", "active")
    assert "Paid" in requests.get(url, timeout=5).text
    assert requests.post(url, data={"card_number": "5555555555554444"}, timeout=5).status_code == 400
    assert requests.get(f"{billing.sandbox.address}/invoice/in_none", timeout=5).status_code == 404


def test_programs_do_the_same_by_the_control_api(billing: Api, starter: Subscriber) -> None:
    path, control = f"portal/{starter.subscription_id}", billing.sandbox.control
    starter.advance("2026-06-16")
    wanted = {"price": price(billing, 9000), "proration_behavior": "always_invoice"}
    assert control("POST", f"{path}/change-plan", wanted)["items"]["data"][0]["price"]["unit_amount"] == 9000
    assert starter.invoice()["amount_paid"] == 3000
    assert control("POST", f"{path}/cancel")["cancel_at_period_end"] is True
    assert written(starter.subscription()["cancel_at"]) == "2026-07-01 00:00"
    assert control("POST", f"{path}/resume")["cancel_at_period_end"] is False
    method = control("POST", f"{path}/card", {"card_number": "378282246310005"})["default_payment_method"]
    assert billing.made("GET", f"/v1/payment_methods/{method}")["card"]["brand"] == "amex"


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("{}/change-plan", {"price": "price_none"}, 400),
        ("{}/change-plan", {"price": "x", "proration_behavior": "maybe"}, 400),
        ("{}/cancel", {"now": "yes"}, 400),
        ("{}/card", {"card_number": "4000000000000002"}, 402),
        ("{}/card", {"card_number": 7}, 400),
        ("sub_none/cancel", {}, 404),
    ],
)
def test_the_control_api_refuses_what_makes_no_sense(
    billing: Api, starter: Subscriber, path: str, content: Json, status: int
) -> None:
    url = f"{billing.sandbox.address}/sandbox/portal/{path.format(starter.subscription_id)}"
    assert requests.post(url, json=content, timeout=5).status_code == status
