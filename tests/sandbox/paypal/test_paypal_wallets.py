"""Saved wallets: with a purchase or by themselves, charged without their owner, taken away by either side."""

from typing import Any

import pytest
import requests

from tests.sandbox.paypal.calling import ORDERS, Json, PayPal, order_of
from tests.sandbox.running import ANSWER_SECONDS

DAY_SECONDS = 24 * 60 * 60
TOKENS, SETUPS = "/v3/vault/payment-tokens", "/v3/vault/setup-tokens"
TERMS = {"usage_type": "MERCHANT", "customer_type": "CONSUMER"}
BACK = {"return_url": "https://shop.example/back", "cancel_url": "https://shop.example/stop"}


def buy_and_save(paypal: PayPal, request_id: str, customer: str = "", **wishes: object) -> Json:
    """An order whose payer agrees that the wallet is kept."""
    attributes: Json = {"vault": {"store_in_vault": "ON_SUCCESS", **TERMS}}
    if customer:
        attributes["customer"] = {"id": customer}
    source = {"paypal": {"attributes": attributes, "experience_context": BACK}}
    order = paypal.made("POST", ORDERS, {**order_of("29.99"), "payment_source": source}, request_id=request_id)
    paypal.approve(order, **wishes)
    return paypal.made("POST", f"{ORDERS}/{order['id']}/capture")


def saved_by(order: Json) -> Json:
    token: Json = order["payment_source"]["paypal"]["attributes"]["vault"]
    return token


def begin(paypal: PayPal, request_id: str, **more: Any) -> Json:
    content = {"payment_source": {"paypal": {**TERMS, "experience_context": BACK}}, **more}
    return paypal.made("POST", SETUPS, content, request_id=request_id)


def source_of(setup_id: str) -> Json:
    return {"payment_source": {"token": {"id": setup_id, "type": "SETUP_TOKEN"}}}


def saved(paypal: PayPal, name: str) -> Json:
    """A wallet saved without a purchase."""
    setup = begin(paypal, f"{name}-setup")
    paypal.control("POST", f"setup-tokens/{setup['id']}/approve")
    return paypal.made("POST", TOKENS, source_of(setup["id"]), request_id=f"{name}-token")


def charge_of(token: Json, value: str = "9.99", **more: Any) -> Json:
    return {**order_of(value, **more), "payment_source": {"paypal": {"vault_id": token["id"]}}}


def test_a_wallet_is_saved_with_a_purchase_and_charged_later(paypal: PayPal) -> None:
    token = saved_by(buy_and_save(paypal, "save-1", customer="customer_1"))
    assert token["customer"] == {"id": "customer_1"}
    assert paypal.told_of(token["id"]) == ["VAULT.PAYMENT-TOKEN.CREATED"]
    order = paypal.made("POST", ORDERS, charge_of(token, custom_id="ours"), request_id="charge-1")
    capture = order["purchase_units"][0]["payments"]["captures"][0]
    assert (order["status"], capture["status"], capture["custom_id"]) == ("COMPLETED", "COMPLETED", "ours")
    assert paypal.told_of(order["id"], capture["id"]) == ["PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.COMPLETED"]
    again = paypal.answer("POST", ORDERS, charge_of(token, custom_id="ours"), request_id="charge-1")
    assert (again.status_code, again.json()["id"]) == (200, order["id"])


def test_a_purchase_that_does_not_succeed_saves_nothing(paypal: PayPal) -> None:
    order = buy_and_save(paypal, "save-2", outcome="declined")
    assert "attributes" not in order["payment_source"]["paypal"]


def test_a_wallet_is_saved_by_itself(paypal: PayPal) -> None:
    setup = begin(paypal, "own-setup", customer={"id": "customer_2"})
    assert setup["status"] == "PAYER_ACTION_REQUIRED"
    early = paypal.issue("POST", TOKENS, source_of(setup["id"]), request_id="own-early")
    assert early == (422, "PAYER_ACTION_REQUIRED")
    page = setup["links"][1]["href"]
    assert "Save your wallet" in requests.get(page, timeout=ANSWER_SECONDS).text
    agreed = requests.post(page, data={"email": "jane@example.com"}, allow_redirects=False, timeout=ANSWER_SECONDS)
    assert agreed.headers["Location"] == (
        f"https://shop.example/back?approval_token_id={setup['id']}&approval_session_id={setup['id']}"
    )
    token = paypal.made("POST", TOKENS, source_of(setup["id"]), request_id="own-token")
    assert token["payment_source"]["paypal"]["email_address"] == "jane@example.com"
    assert paypal.made("GET", f"{SETUPS}/{setup['id']}")["status"] == "TOKENIZED"
    used = paypal.issue("POST", TOKENS, source_of(setup["id"]), request_id="own-again")
    assert used == (422, "SETUP_TOKEN_ALREADY_TOKENIZED")
    assert paypal.made("GET", f"{TOKENS}?customer_id=customer_2")["payment_tokens"] == [token]


def test_a_wallet_may_be_saved_as_soon_as_its_owner_agrees(paypal: PayPal) -> None:
    context = {**BACK, "vault_instruction": "ON_PAYER_APPROVAL"}
    content = {"payment_source": {"paypal": {**TERMS, "experience_context": context}}, "customer": {"id": "customer_4"}}
    setup = paypal.made("POST", SETUPS, content, request_id="at-once")
    paypal.control("POST", f"setup-tokens/{setup['id']}/approve")
    (token,) = paypal.made("GET", f"{TOKENS}?customer_id=customer_4")["payment_tokens"]
    assert paypal.told_of(token["id"]) == ["VAULT.PAYMENT-TOKEN.CREATED"]
    assert paypal.made("GET", f"{SETUPS}/{setup['id']}")["status"] == "VAULTED"
    assert paypal.made("POST", TOKENS, source_of(setup["id"]), request_id="at-once") == token


def test_a_setup_token_lasts_three_days(paypal: PayPal) -> None:
    setup = begin(paypal, "three-days")
    paypal.sandbox.control("POST", "clock/advance", {"seconds": 3 * DAY_SECONDS})
    paypal.sign_in()
    assert paypal.issue("GET", f"{SETUPS}/{setup['id']}") == (404, "INVALID_RESOURCE_ID")
    page = setup["links"][1]["href"]
    assert requests.get(page, timeout=ANSWER_SECONDS).status_code == 404


def test_one_wallet_of_one_customer_is_saved_once(paypal: PayPal) -> None:
    first, second = (saved_by(buy_and_save(paypal, f"once-{n}", customer="customer_3")) for n in range(2))
    assert first["id"] == second["id"]
    assert paypal.told_of(first["id"]) == ["VAULT.PAYMENT-TOKEN.CREATED"]
    other = saved_by(buy_and_save(paypal, "once-2", customer="customer_3", email="other@example.com"))
    assert other["id"] != first["id"]


@pytest.mark.parametrize("by", ["shop", "owner"])
def test_a_wallet_that_is_taken_away_is_not_charged(paypal: PayPal, by: str) -> None:
    token = saved(paypal, by)
    path = f"{TOKENS}/{token['id']}"
    if by == "shop":
        paypal.made("DELETE", path)
    else:
        paypal.control("POST", f"payment-tokens/{token['id']}/delete")
    assert paypal.issue("GET", path) == (404, "INVALID_RESOURCE_ID")
    assert paypal.issue("POST", ORDERS, charge_of(token), request_id=f"{by}-charge") == (422, "TOKEN_ID_NOT_FOUND")
    # once more is no error, and tells nobody
    paypal.made("DELETE", path)
    assert paypal.told_of(token["id"]) == ["VAULT.PAYMENT-TOKEN.CREATED", "VAULT.PAYMENT-TOKEN.DELETED"]


@pytest.mark.parametrize("issue", ["INSTRUMENT_DECLINED", "PAYER_CANNOT_PAY", "PAYER_ACCOUNT_RESTRICTED"])
def test_a_charge_that_is_refused_leaves_nothing_behind(paypal: PayPal, issue: str) -> None:
    token = saved(paypal, issue)
    paypal.control("PATCH", f"payment-tokens/{token['id']}", {"outcome": issue})
    before = paypal.control("GET", "ledger")
    status, body = paypal.call("POST", ORDERS, charge_of(token), request_id=f"{issue}-charge")
    assert (status, body["details"][0]["issue"]) == (422, issue)
    assert [link["rel"] for link in body["links"]] == ["information_link"]
    assert paypal.control("GET", "ledger") == before
    paypal.control("PATCH", f"payment-tokens/{token['id']}", {"outcome": "complete"})
    assert paypal.made("POST", ORDERS, charge_of(token), request_id=f"{issue}-charge")["status"] == "COMPLETED"


def test_many_wallets_are_steered_at_once_all_or_none(paypal: PayPal) -> None:
    first, second = saved(paypal, "many-1"), saved(paypal, "many-2")
    declines = [{"id": token["id"], "outcome": "instrument_declined"} for token in (first, second)]
    with pytest.raises(requests.HTTPError, match="404"):
        paypal.control("POST", "payment-tokens/behaviour", {"changes": [*declines, {"id": "nothing"}]})
    assert paypal.made("POST", ORDERS, charge_of(first), request_id="many-1-charge")["status"] == "COMPLETED"
    assert paypal.control("POST", "payment-tokens/behaviour", {"changes": declines}) == {"changed": 2}
    for name, token in (("many-1", first), ("many-2", second)):
        refused = paypal.issue("POST", ORDERS, charge_of(token), request_id=f"{name}-refused")
        assert refused == (422, "INSTRUMENT_DECLINED")


def test_a_charge_may_be_pending(paypal: PayPal) -> None:
    token = saved(paypal, "pending")
    paypal.control("PATCH", f"payment-tokens/{token['id']}", {"outcome": "pending"})
    order = paypal.made("POST", ORDERS, charge_of(token), request_id="pending-charge")
    assert order["purchase_units"][0]["payments"]["captures"][0]["status"] == "PENDING"


def test_the_owner_may_have_to_come_back(paypal: PayPal) -> None:
    token = saved(paypal, "back")
    paypal.control("PATCH", f"payment-tokens/{token['id']}", {"outcome": "payer_action_required"})
    order = paypal.made("POST", ORDERS, charge_of(token), request_id="back-charge")
    assert (order["status"], order["links"][1]["rel"]) == ("PAYER_ACTION_REQUIRED", "payer-action")
    paypal.approve(order)
    assert paypal.made("POST", f"{ORDERS}/{order['id']}/capture")["status"] == "COMPLETED"


def test_an_invoice_is_charged_once(paypal: PayPal) -> None:
    token = saved(paypal, "invoice")
    paypal.made("POST", ORDERS, charge_of(token, invoice_id="renewal-1"), request_id="renewal-1")
    again = paypal.issue("POST", ORDERS, charge_of(token, invoice_id="renewal-1"), request_id="renewal-2")
    assert again == (422, "DUPLICATE_INVOICE_ID")


@pytest.mark.parametrize(
    ("path", "content", "status", "issue"),
    [
        (SETUPS, {}, 400, "MISSING_REQUIRED_PARAMETER"),
        (SETUPS, {"payment_source": {"card": {}}}, 400, "NOT_SUPPORTED"),
        (SETUPS, {"payment_source": {"paypal": {}}}, 400, "MISSING_REQUIRED_PARAMETER"),
        (SETUPS, {"payment_source": {"paypal": {"usage_type": "ME"}}}, 400, "INVALID_PARAMETER_VALUE"),
        (SETUPS, {"payment_source": {"paypal": TERMS}, "customer": {"id": "x y"}}, 400, "INVALID_PARAMETER_SYNTAX"),
        (TOKENS, {"payment_source": {"token": {"id": "X", "type": "CARD"}}}, 400, "INVALID_PARAMETER_VALUE"),
        (TOKENS, source_of("NOTHING"), 404, "INVALID_RESOURCE_ID"),
    ],
)
def test_what_the_vault_refuses(paypal: PayPal, path: str, content: Json, status: int, issue: str) -> None:
    assert paypal.issue("POST", path, content, request_id="refused") == (status, issue)


def test_the_vault_demands_a_request_id(paypal: PayPal) -> None:
    content = {"payment_source": {"paypal": TERMS}}
    assert paypal.issue("POST", SETUPS, content) == (400, "PAYPAL_REQUEST_ID_REQUIRED")
    first = paypal.made("POST", SETUPS, content, request_id="demanded")
    assert paypal.answer("POST", SETUPS, content, request_id="demanded").json()["id"] == first["id"]
