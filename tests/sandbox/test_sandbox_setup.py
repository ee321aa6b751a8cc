"""Saving a card for later: setup intents, mode=setup, and a payment that saves its card on the way."""

from urllib.parse import urlencode

import pytest
import requests

from tests.sandbox.running import ANSWER_SECONDS, GOOD_CARD, Api, Json, session_form


def setup_form(**more: str) -> str:
    """A checkout that saves a card."""
    fields = {"mode": "setup", "success_url": "https://shop.example/saved?session={CHECKOUT_SESSION_ID}", **more}
    return urlencode(fields)


def new_buyer(api: Api) -> str:
    return str(api.made("POST", "/v1/customers", "email=ada%40example.com")["id"])


def charge_alone(api: Api, buyer: str, method: str) -> tuple[int, Json]:
    """A payment while the buyer is away."""
    form = f"amount=1000&currency=usd&customer={buyer}&payment_method={method}&confirm=true&off_session=true"
    return api.call("POST", "/v1/payment_intents", form)


def test_a_setup_intent_saves_a_card(api: Api) -> None:
    buyer = new_buyer(api)
    intent = api.made("POST", "/v1/setup_intents", f"customer={buyer}&usage=off_session&metadata[k]=v")
    path = f"/v1/setup_intents/{intent['id']}"
    assert (intent["status"], intent["usage"]) == ("requires_payment_method", "off_session")
    changed = api.made("POST", path, "payment_method=pm_card_visa&description=later")
    assert (changed["status"], changed["metadata"]) == ("requires_confirmation", {"k": "v"})
    done = api.made("POST", f"{path}/confirm", "expand[]=payment_method&expand[]=customer")
    assert (done["status"], done["payment_method"]["customer"]) == ("succeeded", buyer)
    assert charge_alone(api, buyer, done["payment_method"]["id"])[0] == 200
    assert [each["id"] for each in api.made("GET", f"/v1/setup_intents?customer={buyer}")["data"]] == [intent["id"]]
    status, body = api.call("POST", f"{path}/cancel")
    assert (status, body["error"]["code"]) == (400, "setup_intent_unexpected_state")


@pytest.mark.parametrize(
    ("name", "decline_code"),
    [("pm_card_chargeDeclined", "generic_decline"), ("pm_card_chargeDeclinedExpiredCard", "expired_card")],
)
def test_a_card_that_declines_cannot_be_saved(api: Api, name: str, decline_code: str) -> None:
    buyer = new_buyer(api)
    form = f"customer={buyer}&payment_method={name}&confirm=true"
    status, body = api.call("POST", "/v1/setup_intents", form)
    assert (status, body["error"]["decline_code"]) == (402, decline_code)
    assert body["error"]["setup_intent"]["status"] == "requires_payment_method"
    event = api.made("GET", "/v1/events?type=setup_intent.setup_failed&limit=1")["data"][0]
    assert event["data"]["object"]["last_setup_error"]["decline_code"] == decline_code
    assert api.call("POST", f"/v1/payment_methods/{name}/attach", f"customer={buyer}")[0] == 402
    assert api.made("GET", f"/v1/customers/{buyer}/payment_methods")["data"] == []


def test_authentication_at_setup_makes_later_charges_possible(api: Api) -> None:
    buyer = new_buyer(api)
    form = f"customer={buyer}&payment_method=pm_card_authenticationRequiredOnSetup&confirm=true"
    asked = api.made("POST", "/v1/setup_intents", form)
    assert asked["status"] == "requires_action"
    assert charge_alone(api, buyer, asked["payment_method"])[0] == 402
    done = api.sandbox.control("POST", f"intents/{asked['id']}/authenticate")
    assert done["status"] == "succeeded"
    assert charge_alone(api, buyer, asked["payment_method"])[0] == 200


def test_a_buyer_who_fails_at_the_bank_has_saved_nothing(api: Api) -> None:
    form = f"customer={new_buyer(api)}&payment_method=pm_card_authenticationRequired&confirm=true"
    asked = api.made("POST", "/v1/setup_intents", form)
    failed = api.sandbox.control("POST", f"intents/{asked['id']}/authenticate", {"authentication": "fail"})
    assert failed["last_setup_error"]["code"] == "setup_intent_authentication_failure"
    after = api.made("GET", f"/v1/setup_intents/{asked['id']}")
    assert (after["status"], after["payment_method"]) == ("requires_payment_method", None)


def test_a_card_is_saved_on_the_hosted_page(api: Api) -> None:
    buyer = new_buyer(api)
    form = setup_form(customer=buyer, **{"setup_intent_data[metadata][account]": "a1", "metadata[account]": "a1"})
    session = api.made("POST", "/v1/checkout/sessions", form)
    assert (session["mode"], session["amount_total"], session["status"]) == ("setup", None, "open")
    assert (session["payment_status"], session["setup_intent"] is None) == ("no_payment_required", False)
    assert "Nothing is charged now" in requests.get(session["url"], timeout=ANSWER_SECONDS).text
    assert api.sandbox.pay(session["id"], "4000000000000002").status_code == 402
    landed = api.sandbox.pay(session["id"])
    assert landed.headers["Location"] == f"https://shop.example/saved?session={session['id']}"

    done = api.made("GET", f"/v1/checkout/sessions/{session['id']}?expand[]=setup_intent.payment_method")
    assert (done["status"], done["payment_intent"]) == ("complete", None)
    assert (done["setup_intent"]["status"], done["setup_intent"]["metadata"]) == ("succeeded", {"account": "a1"})
    method = done["setup_intent"]["payment_method"]
    assert method["customer"] == buyer
    assert charge_alone(api, buyer, method["id"])[0] == 200
    told = api.made("GET", "/v1/events?type=checkout.session.completed&limit=1")["data"][0]["data"]["object"]
    assert (told["id"], told["setup_intent"]) == (session["id"], done["setup_intent"]["id"])
    assert api.sandbox.pay(session["id"]).status_code == 303
    assert "Card saved" in requests.get(session["url"], timeout=ANSWER_SECONDS).text


def test_a_card_is_saved_by_a_program_and_a_customer_made(api: Api) -> None:
    session = api.made("POST", "/v1/checkout/sessions", setup_form(customer_creation="always", currency="eur"))
    wishes = {"card_number": "4000000000000341", "expires": "4 / 41", "email": "eve@example.com", "name": "Eve"}
    told = api.sandbox.control("POST", f"checkout-sessions/{session['id']}/pay", wishes)
    assert (told["status"], told["setup_intent"]) == ("complete", session["setup_intent"])
    assert api.made("GET", f"/v1/customers/{told['customer']}")["email"] == "eve@example.com"
    [method] = api.made("GET", f"/v1/customers/{told['customer']}/payment_methods")["data"]
    assert (method["card"]["exp_month"], method["card"]["exp_year"]) == (4, 2041)
    assert charge_alone(api, told["customer"], method["id"])[1]["error"]["decline_code"] == "generic_decline"


@pytest.mark.parametrize("expires", ["13 / 41", "4 / 19", "soon"])
def test_a_card_with_a_date_that_is_none_or_over_is_refused(api: Api, expires: str) -> None:
    session = api.made("POST", "/v1/checkout/sessions", setup_form())
    answer = requests.post(session["url"], data={"card_number": GOOD_CARD, "expires": expires}, timeout=ANSWER_SECONDS)
    assert (answer.status_code, "expiration" in answer.text) == (402, True)
    assert api.made("GET", f"/v1/checkout/sessions/{session['id']}")["status"] == "open"


def test_an_expired_checkout_takes_its_setup_intent_along(api: Api) -> None:
    session = api.made("POST", "/v1/checkout/sessions", setup_form())
    api.made("POST", f"/v1/checkout/sessions/{session['id']}/expire")
    assert api.made("GET", f"/v1/setup_intents/{session['setup_intent']}")["status"] == "canceled"


def test_a_payment_may_save_its_card_on_the_way(api: Api) -> None:
    form = session_form(**{"payment_intent_data[setup_future_usage]": "off_session"})
    session = api.made("POST", "/v1/checkout/sessions", form)
    assert api.sandbox.pay(session["id"], "4000002500003155").status_code == 200
    paid = api.sandbox.control("POST", f"checkout-sessions/{session['id']}/pay", {"card_number": "4000002500003155"})
    [method] = api.made("GET", f"/v1/payment_methods?customer={paid['customer']}")["data"]
    assert charge_alone(api, paid["customer"], method["id"])[0] == 200


def test_the_page_asks_for_3d_secure_before_anything_happens(api: Api) -> None:
    session = api.made("POST", "/v1/checkout/sessions", session_form())
    asked = requests.post(session["url"], data={"card_number": "4000002760003184"}, timeout=ANSWER_SECONDS)
    assert (asked.status_code, "3D Secure" in asked.text) == (200, True)
    assert api.made("GET", f"/v1/checkout/sessions/{session['id']}")["payment_intent"] is None
    form = {"card_number": "4000002760003184", "authentication": "fail"}
    failed = requests.post(session["url"], data=form, timeout=ANSWER_SECONDS)
    assert (failed.status_code, "unable to authenticate" in failed.text) == (402, True)
    form["authentication"] = "complete"
    paid = requests.post(session["url"], data=form, timeout=ANSWER_SECONDS, allow_redirects=False)
    assert paid.status_code == 303
    assert api.made("GET", f"/v1/checkout/sessions/{session['id']}")["payment_status"] == "paid"


@pytest.mark.parametrize(
    "wrong", ["line_items[0][quantity]=1", "payment_intent_data[description]=x", "submit_type=pay"]
)
def test_parameters_of_another_mode_are_refused(api: Api, wrong: str) -> None:
    status, body = api.call("POST", "/v1/checkout/sessions", f"{setup_form()}&{wrong}")
    assert (status, body["error"]["code"]) == (400, "parameter_unknown")
