"""Charges by API, refunds, and the sandbox's own ledger."""

import pytest
import stripe

from tests.sandbox.running import Api, Json, RunningSandbox


def charge(api: Api, amount: int = 1000, currency: str = "chf") -> Json:
    """A charge by API."""
    form = f"amount={amount}&currency={currency}&confirm=true&payment_method=pm_card_visa&expand[]=latest_charge"
    paid: Json = api.made("POST", "/v1/payment_intents", form)["latest_charge"]
    return paid


def test_a_saved_card_is_charged_off_session(sandbox_server: RunningSandbox) -> None:
    client = sandbox_server.client()
    customer = client.v1.customers.create()
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    intent = client.v1.payment_intents.create(
        {
            "amount": 2999,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": method.id,
            "confirm": True,
            "off_session": True,
            "expand": ["latest_charge"],
        }
    )
    assert intent.status == "succeeded"
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert intent.latest_charge.payment_method == method.id


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (49, "usd", "amount_too_small"),
        (17_499, "huf", "amount_too_small"),
        (100_000_000, "usd", "amount_too_large"),
        (1_050, "isk", "parameter_invalid_integer"),
        (1_050, "ugx", "parameter_invalid_integer"),
        (5_124, "kwd", "parameter_invalid_integer"),
    ],
)
def test_amounts_that_stripe_refuses(api: Api, amount: int, currency: str, code: str) -> None:
    """https://docs.stripe.com/currencies: whole krónur and shillings in hundredths, three decimals that end in 0."""
    status, body = api.call("POST", "/v1/payment_intents", f"amount={amount}&currency={currency}")
    assert (status, body["error"]["code"], body["error"]["param"]) == (400, code, "amount")


def test_prices_coupons_and_refunds_are_whole_too(api: Api) -> None:
    product = api.made("POST", "/v1/products", "name=Growth")["id"]
    refusals = (
        ("/v1/prices", f"unit_amount=1050&currency=ugx&product={product}", "unit_amount"),
        ("/v1/coupons", "amount_off=1050&currency=isk&duration=once", "amount_off"),
        ("/v1/refunds", f"charge={charge(api, 5_120, 'kwd')['id']}&amount=5", "amount"),
    )
    for path, form, param in refusals:
        status, body = api.call("POST", path, form)
        assert (status, body["error"].get("code"), body["error"]["param"]) == (400, "parameter_invalid_integer", param)


def test_a_card_that_attaches_but_declines(sandbox_server: RunningSandbox) -> None:
    client = sandbox_server.client()
    customer = client.v1.customers.create()
    method = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    wishes: stripe.params.PaymentIntentCreateParams = {
        "amount": 2999,
        "currency": "usd",
        "customer": customer.id,
        "payment_method": method.id,
        "confirm": True,
        "off_session": True,
    }
    with pytest.raises(stripe.CardError) as refusal:
        client.v1.payment_intents.create(wishes)
    assert refusal.value.code == "card_declined"
    assert refusal.value.error is not None
    assert refusal.value.error.decline_code == "generic_decline"


def test_a_declined_intent_can_be_confirmed_with_another_card(api: Api) -> None:
    form = "amount=1000&currency=usd&confirm=true&payment_method=pm_card_chargeDeclinedInsufficientFunds"
    status, body = api.call("POST", "/v1/payment_intents", form)
    assert (status, body["error"]["decline_code"]) == (402, "insufficient_funds")
    intent_id = body["error"]["payment_intent"]["id"]
    confirmed = api.made("POST", f"/v1/payment_intents/{intent_id}/confirm", "payment_method=pm_card_visa")
    assert (confirmed["status"], confirmed["last_payment_error"]) == ("succeeded", None)
    status, body = api.call("POST", f"/v1/payment_intents/{intent_id}/confirm", "payment_method=pm_card_visa")
    assert (status, body["error"]["code"]) == (400, "payment_intent_unexpected_state")


def test_an_update_changes_what_is_given_and_keeps_the_rest(api: Api) -> None:
    intent = api.made("POST", "/v1/payment_intents", "amount=1000&currency=usd&metadata[a]=1&metadata[b]=2")
    after = api.made("POST", f"/v1/payment_intents/{intent['id']}", "amount=1500&metadata[a]=")
    assert (after["amount"], after["currency"], after["metadata"]) == (1500, "usd", {"b": "2"})


def test_refunds_in_parts_until_nothing_is_left(api: Api) -> None:
    paid = charge(api)
    first = api.made("POST", "/v1/refunds", f"charge={paid['id']}&amount=400")
    status, body = api.call("POST", "/v1/refunds", f"charge={paid['id']}&amount=601")
    assert (status, body["error"]["param"]) == (400, "amount")
    rest = api.made("POST", "/v1/refunds", f"payment_intent={paid['payment_intent']}")
    assert (first["amount"], rest["amount"]) == (400, 600)
    status, body = api.call("POST", "/v1/refunds", f"charge={paid['id']}")
    assert (status, body["error"]["code"]) == (400, "charge_already_refunded")
    after = api.made("GET", f"/v1/charges/{paid['id']}")
    assert (after["amount_refunded"], after["refunded"]) == (1000, True)


def test_the_ledger_has_what_moved_and_nothing_else(api: Api) -> None:
    before = api.sandbox.control("GET", "ledger")["totals"].get("sek", 0)
    paid = charge(api, 5000, "sek")
    api.call(
        "POST", "/v1/payment_intents", "amount=7000&currency=sek&confirm=true&payment_method=pm_card_chargeDeclined"
    )
    refund = api.made("POST", "/v1/refunds", f"charge={paid['id']}&amount=1200")
    ledger = api.sandbox.control("GET", "ledger")
    assert ledger["totals"]["sek"] - before == 3800
    assert [row["id"] for row in ledger["charges"] if row["currency"] == "sek"] == [paid["id"]]
    assert [row["id"] for row in ledger["refunds"] if row["currency"] == "sek"] == [refund["id"]]


def test_what_a_dispute_takes_is_gone_until_it_is_won_but_for_the_fee(api: Api) -> None:
    paid = charge(api, 5000, "nzd")
    dispute = api.sandbox.control("POST", f"charges/{paid['id']}/dispute", {"amount": 4000})
    assert api.sandbox.control("GET", "ledger")["totals"]["nzd"] == 5000 - 4000 - 1500
    ended = api.sandbox.control("POST", f"disputes/{dispute['id']}/end", {"won": True})
    assert [(each["amount"], each["fee"]) for each in ended["balance_transactions"]] == [(-4000, 1500), (4000, 0)]
    assert api.sandbox.control("GET", "ledger")["totals"]["nzd"] == 5000 - 1500


def test_a_refund_that_fails_comes_back_and_can_be_made_again(api: Api) -> None:
    paid = charge(api, 5000, "dkk")
    refund = api.made("POST", "/v1/refunds", f"charge={paid['id']}")
    assert api.sandbox.control("POST", f"refunds/{refund['id']}/fail")["status"] == "failed"
    assert api.sandbox.control("GET", "ledger")["totals"]["dkk"] == 5000
    assert api.made("POST", "/v1/refunds", f"charge={paid['id']}")["amount"] == 5000
