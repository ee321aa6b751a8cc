"""Saved cards: adding, updating, steering and charging them while the buyer is away."""

import pytest
import requests
import stripe

from sandbox.stripe.cards import declines
from sandbox.stripe.cards import numbers as card_numbers
from tests.sandbox.running import ANSWER_SECONDS, Api, Json, RunningSandbox

EXPIRES = "card[exp_month]=4&card[exp_year]=2040"


@pytest.fixture
def buyer(api: Api) -> str:
    """A customer's id."""
    return str(api.made("POST", "/v1/customers", "email=ada%40example.com")["id"])


def saved(api: Api, buyer: str, name: str = "pm_card_visa") -> str:
    """A payment method attached to the buyer."""
    return str(api.made("POST", f"/v1/payment_methods/{name}/attach", f"customer={buyer}")["id"])


def charge(api: Api, buyer: str, method: str, off_session: str = "true") -> tuple[int, Json]:
    """A payment of 12.00 CHF with a saved card."""
    form = f"amount=1200&currency=chf&customer={buyer}&payment_method={method}&confirm=true&metadata[cycle]=7"
    return api.call("POST", "/v1/payment_intents", f"{form}&off_session={off_session}&expand[]=latest_charge")


def events_of(api: Api, subject_id: str) -> list[str]:
    """What happened to an object, oldest first."""
    told = api.made("GET", "/v1/events?limit=30")["data"]
    return [event["type"] for event in reversed(told) if event["data"]["object"]["id"] == subject_id]


def test_a_card_is_made_attached_renewed_and_taken_away(api: Api, buyer: str) -> None:
    form = f"type=card&card[number]=5555555555554444&{EXPIRES}&card[cvc]=123&metadata[k]=v&billing_details[name]=Ada"
    made = api.made("POST", "/v1/payment_methods", form)
    path = f"/v1/payment_methods/{made['id']}"
    assert (made["customer"], made["card"]["brand"], made["card"]["exp_year"]) == (None, "mastercard", 2040)

    api.made("POST", f"{path}/attach", f"customer={buyer}")
    api.made("POST", f"/v1/customers/{buyer}", f"invoice_settings[default_payment_method]={made['id']}")
    renewed = api.made("POST", path, "card[exp_year]=2045&billing_details[address][city]=Bern&metadata[k]=")
    assert (renewed["card"]["exp_month"], renewed["card"]["exp_year"], renewed["metadata"]) == (4, 2045, {})
    assert (renewed["billing_details"]["name"], renewed["billing_details"]["address"]["city"]) == ("Ada", "Bern")
    for listed in (f"/v1/customers/{buyer}/payment_methods", f"/v1/payment_methods?customer={buyer}&type=card"):
        assert [method["id"] for method in api.made("GET", listed)["data"]] == [made["id"]]
    assert api.made("GET", f"/v1/customers/{buyer}/payment_methods/{made['id']}") == renewed

    assert api.made("POST", f"{path}/detach")["customer"] is None
    settings = api.made("GET", f"/v1/customers/{buyer}")["invoice_settings"]
    assert settings["default_payment_method"] is None
    assert api.made("GET", f"/v1/customers/{buyer}/payment_methods")["data"] == []
    status, body = api.call("POST", f"{path}/attach", f"customer={buyer}")
    assert (status, "may not be used again" in body["error"]["message"]) == (400, True)
    charge = f"amount=500&currency=usd&customer={buyer}&payment_method={made['id']}&confirm=true&off_session=true"
    status, body = api.call("POST", "/v1/payment_intents", charge)
    assert (status, "It may not be used again" in body["error"]["message"]) == (400, True)
    assert events_of(api, made["id"]) == [
        "payment_method.attached",
        "payment_method.updated",
        "payment_method.detached",
    ]


@pytest.mark.parametrize(
    ("card", "code", "param"),
    [
        ("card[number]=4242424242424241", "incorrect_number", "number"),
        ("card[number]=4111111111111111", "card_declined", "number"),
        ("card[number]=4000000000005423", "card_declined", "number"),
        ("card[number]=4242424242424242&card[exp_month]=13", "invalid_expiry_month", "exp_month"),
        ("card[number]=4242424242424242&card[exp_year]=2019", "invalid_expiry_year", "exp_year"),
        ("card[number]=4242424242424242&card[cvc]=99", "invalid_cvc", "cvc"),
    ],
)
def test_a_card_that_is_none_is_refused(api: Api, card: str, code: str, param: str) -> None:
    status, body = api.call("POST", "/v1/payment_methods", f"type=card&{EXPIRES}&{card}")
    assert (status, body["error"]["type"]) == (402, "card_error")
    assert (body["error"]["code"], body["error"]["param"]) == (code, param)


@pytest.mark.parametrize("name", ["tok_visa", "tok_chargeCustomerFail", "tok_mastercard_debit", "tok_gb"])
def test_a_token_becomes_a_card(api: Api, name: str) -> None:
    method = api.made("POST", "/v1/payment_methods", f"type=card&card[token]={name}")
    assert method["card"]["last4"] == card_numbers.TOKENS[name][-4:]


def test_an_unknown_token_is_refused(api: Api) -> None:
    status, body = api.call("POST", "/v1/payment_methods", "type=card&card[token]=tok_none")
    assert (status, body["error"]["param"]) == (400, "card[token]")


def test_the_network_renews_a_card(api: Api, buyer: str) -> None:
    method = saved(api, buyer)
    api.sandbox.control("POST", f"payment-methods/{method}/auto-update", {"exp_year": 2048, "exp_month": 2})
    card = api.made("GET", f"/v1/payment_methods/{method}")["card"]
    assert (card["exp_month"], card["exp_year"]) == (2, 2048)
    event = api.made("GET", "/v1/events?type=payment_method.automatically_updated&limit=1")["data"][0]
    assert event["data"]["object"]["id"] == method
    assert event["request"] == {"id": None, "idempotency_key": None}
    assert event["data"]["previous_attributes"]["card"]["exp_month"] == 12


def test_a_card_belongs_to_one_customer(api: Api, buyer: str) -> None:
    method = saved(api, buyer)
    other = api.made("POST", "/v1/customers")["id"]
    assert api.call("POST", f"/v1/payment_methods/{method}/attach", f"customer={other}")[0] == 400
    status, body = charge(api, other, method)
    assert (status, body["error"]["param"]) == (400, "payment_method")
    form = f"invoice_settings[default_payment_method]={method}"
    status, body = api.call("POST", f"/v1/customers/{other}", form)
    assert (status, body["error"]["param"]) == (400, "invoice_settings[default_payment_method]")


@pytest.mark.parametrize(
    ("name", "code", "decline_code"),
    [
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
        ("pm_card_authenticationRequiredOnSetup", "authentication_required", "authentication_required"),
        ("pm_card_authenticationRequired", "authentication_required", "authentication_required"),
        ("pm_card_threeDSecure2Required", "authentication_required", "authentication_required"),
    ],
)
def test_cards_that_can_be_saved_but_not_charged_alone(
    api: Api, buyer: str, name: str, code: str, decline_code: str
) -> None:
    method = saved(api, buyer, name)
    status, body = charge(api, buyer, method)
    error = body["error"]
    assert (status, error["type"], error["code"], error["decline_code"]) == (402, "card_error", code, decline_code)
    assert (error["payment_method"]["id"], error["payment_intent"]["metadata"]) == (method, {"cycle": "7"})

    found = api.made("GET", f"/v1/payment_intents?customer={buyer}&created[gte]=1&expand[]=data.latest_charge")["data"]
    assert [intent["id"] for intent in found] == [error["payment_intent"]["id"]]
    assert (found[0]["status"], found[0]["last_payment_error"]["code"]) == ("requires_payment_method", code)
    assert (found[0]["latest_charge"]["id"], found[0]["latest_charge"]["status"]) == (error["charge"], "failed")
    assert events_of(api, found[0]["id"]) == ["payment_intent.created", "payment_intent.payment_failed"]


def test_a_card_set_up_by_its_owner_can_be_charged_alone(api: Api, buyer: str) -> None:
    assert charge(api, buyer, saved(api, buyer, "pm_card_authenticationRequiredSetupForOffSession"))[0] == 200


def test_the_buyer_who_is_there_is_asked_and_answers(api: Api, buyer: str) -> None:
    method = saved(api, buyer, "pm_card_authenticationRequired")
    status, asked = charge(api, buyer, method, off_session="false")
    assert (status, asked["status"], asked["next_action"]["type"]) == (200, "requires_action", "use_stripe_sdk")
    answered = api.sandbox.control("POST", f"intents/{asked['id']}/authenticate", {"authentication": "complete"})
    assert (answered["status"], answered["amount_received"]) == ("succeeded", 1200)
    assert events_of(api, asked["id"]) == [
        "payment_intent.created",
        "payment_intent.requires_action",
        "payment_intent.succeeded",
    ]
    url = f"{api.sandbox.address}/sandbox/intents/{asked['id']}/authenticate"
    assert requests.post(url, json={}, timeout=ANSWER_SECONDS).status_code == 409


def test_the_buyer_who_is_sent_to_the_bank_comes_back(api: Api, buyer: str) -> None:
    method = saved(api, buyer, "pm_card_authenticationRequired")
    form = f"amount=900&currency=eur&customer={buyer}&payment_method={method}&confirm=true"
    form += "&return_url=https%3A%2F%2Fshop.example%2Fback"
    asked = api.made("POST", "/v1/payment_intents", form)
    bank = asked["next_action"]["redirect_to_url"]["url"]
    assert "3D Secure" in requests.get(bank, timeout=ANSWER_SECONDS).text
    back = requests.post(bank, data={"authentication": "fail"}, allow_redirects=False, timeout=ANSWER_SECONDS)
    assert back.headers["Location"].endswith(f"payment_intent={asked['id']}&redirect_status=failed")
    after = api.made("GET", f"/v1/payment_intents/{asked['id']}")
    assert after["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert requests.get(bank, timeout=ANSWER_SECONDS).status_code == 404


@pytest.mark.parametrize("decline_code", ["insufficient_funds", "expired_card", "do_not_honor"])
def test_a_saved_card_is_made_to_decline_and_to_pay_again(api: Api, buyer: str, decline_code: str) -> None:
    method = saved(api, buyer)
    path = f"payment-methods/{method}"
    assert api.sandbox.control("PATCH", path, {"decline_code": decline_code})["decline_code"] == decline_code
    status, body = charge(api, buyer, method)
    assert (status, body["error"]["decline_code"]) == (402, decline_code)
    assert body["error"]["message"] == declines.of_code(decline_code).message
    api.sandbox.control("PATCH", path, {"decline_code": None})
    assert charge(api, buyer, method)[0] == 200


def test_every_decline_code_of_stripes_can_be_played(sandbox_server: RunningSandbox, api: Api, buyer: str) -> None:
    method, client = saved(api, buyer), sandbox_server.client()
    wishes: stripe.params.PaymentIntentCreateParams = {
        "amount": 1200,
        "currency": "chf",
        "customer": buyer,
        "payment_method": method,
        "confirm": True,
        "off_session": True,
    }
    for decline_code in sorted(declines.CODES):
        sandbox_server.control("PATCH", f"payment-methods/{method}", {"decline_code": decline_code})
        with pytest.raises(stripe.CardError) as refusal:
            client.v1.payment_intents.create(wishes)
        assert refusal.value.error is not None
        assert refusal.value.error.decline_code == decline_code


def test_thousands_of_cards_are_steered_at_once_or_none_of_them(api: Api, buyer: str) -> None:
    method = saved(api, buyer)
    changes: list[Json] = [{"id": method, "decline_code": code} for code in ("lost_card", "expired_card") * 2000]
    told = api.sandbox.control("POST", "payment-methods/behaviour", {"changes": changes})
    assert told == {"changed": 4000}
    assert charge(api, buyer, method)[1]["error"]["decline_code"] == "expired_card"

    url = f"{api.sandbox.address}/sandbox/payment-methods/behaviour"
    none = {"id": "pm_none", "decline_code": None}
    wrong = {"id": method, "decline_code": "bad_mood"}
    for strange, status in ((none, 404), (wrong, 400), ({"id": method}, 400)):
        batch = {"changes": [{"id": method, "decline_code": None}, strange]}
        assert requests.post(url, json=batch, timeout=ANSWER_SECONDS).status_code == status
    assert api.sandbox.control("GET", f"payment-methods/{method}")["decline_code"] == "expired_card"


def test_a_blocked_card_never_reaches_the_network(api: Api) -> None:
    form = "amount=1000&currency=usd&confirm=true&payment_method=pm_card_radarBlock"
    status, body = api.call("POST", "/v1/payment_intents", form)
    assert (status, body["error"]["decline_code"]) == (402, "fraudulent")
    outcome = api.made("GET", f"/v1/charges/{body['error']['charge']}")["outcome"]
    assert (outcome["type"], outcome["network_status"]) == ("blocked", "not_sent_to_network")


def test_the_ledger_tells_whose_money_it_is(api: Api, buyer: str) -> None:
    paid = charge(api, buyer, saved(api, buyer))[1]
    row = api.sandbox.control("GET", "ledger")["charges"][-1]
    assert (row["payment_intent"], row["customer"], row["metadata"]) == (paid["id"], buyer, {"cycle": "7"})
    assert (row["amount"], row["currency"], row["created"]) == (1200, "chf", paid["latest_charge"]["created"])


def test_a_deleted_customer_is_told_as_such_and_owns_nothing(
    sandbox_server: RunningSandbox, api: Api, buyer: str
) -> None:
    method = saved(api, buyer)
    assert api.made("DELETE", f"/v1/customers/{buyer}")["deleted"] is True
    assert api.made("GET", f"/v1/customers/{buyer}") == {"id": buyer, "object": "customer", "deleted": True}
    assert api.made("GET", f"/v1/payment_methods/{method}")["customer"] is None
    assert events_of(api, buyer)[-1] == "customer.deleted"
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        sandbox_server.client().v1.payment_intents.create({"amount": 1000, "currency": "usd", "customer": buyer})
    assert buyer not in [customer["id"] for customer in api.made("GET", "/v1/customers")["data"]]


def test_every_published_card_has_a_valid_check_digit_and_a_name() -> None:
    assert len(card_numbers.CARDS) == len(card_numbers.BY_NAME)
    assert card_numbers.NOT_IMITATED & set(card_numbers.CARDS) == frozenset()
