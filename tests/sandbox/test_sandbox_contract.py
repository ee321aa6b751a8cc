"""Every kind of answer and every kind of event is what Stripe's OpenAPI description says.

`Api` holds each answer to the description as it comes; the tests here see to it that none is left out.
"""

import re

import pytest
import requests

from sandbox.stripe.api.resource import Resource
from sandbox.stripe.api.resources import BILLING, PAYMENTS
from sandbox.stripe.api.routes import PAYMENT_ROUTES
from sandbox.stripe.cards.numbers import CARDS, PAYMENT_METHODS
from sandbox.stripe.catalog import coupons, prices, products
from sandbox.stripe.checkout import payment as checkout_payment
from sandbox.stripe.checkout import setup as checkout_setup
from sandbox.stripe.checkout import subscription as checkout_subscription
from sandbox.stripe.customers import customers
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.payments import payment_intents
from sandbox.stripe.setup_intents import setup_intents
from sandbox.stripe.subscriptions import asked as subscription_asked
from tests.contracts.stripe_openapi import specification, validate_event
from tests.sandbox.running import Api, Json, session_form

BANK_PAGE_CARD = "pm_card_authenticationRequired"
DECLINING = sorted(
    name
    for name, number in PAYMENT_METHODS.items()
    if CARDS[number].decline and CARDS[number].authentication == "never"
)
EVENT_TYPES = {
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.failed",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "charge.updated",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.created",
    "customer.deleted",
    "customer.updated",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "payment_method.attached",
    "payment_method.automatically_updated",
    "payment_method.detached",
    "payment_method.updated",
    "payout.created",
    "payout.failed",
    "payout.paid",
    "refund.created",
    "refund.failed",
    "refund.updated",
    "setup_intent.canceled",
    "setup_intent.created",
    "setup_intent.requires_action",
    "setup_intent.setup_failed",
    "setup_intent.succeeded",
}


@pytest.fixture
def full_buyer(api: Api) -> Json:
    """A customer with everything that a customer can have."""
    form = "email=a%40example.com&name=A&description=d&metadata[k]=v&address[city]=X&address[country]=US"
    return api.made("POST", "/v1/customers", form)


def paid_session(api: Api, **more: str) -> Json:
    """A session that was declined once and then paid."""
    session = api.made("POST", "/v1/checkout/sessions", session_form(**more))
    assert api.sandbox.pay(session["id"], "4000000000000002").status_code == 402
    api.made("GET", f"/v1/checkout/sessions/{session['id']}")
    assert api.sandbox.pay(session["id"]).status_code == 303
    return api.made("GET", f"/v1/checkout/sessions/{session['id']}")


def visit_customers_and_sessions(api: Api, buyer: Json) -> None:
    api.made("POST", f"/v1/customers/{buyer['id']}", "name=B&metadata[k]=")
    api.made("GET", f"/v1/customers/{buyer['id']}")
    api.made("GET", "/v1/customers?limit=1")
    for more in ({"customer": buyer["id"]}, {"customer_creation": "always"}, {"customer_email": "c@example.com"}):
        session = paid_session(api, **more)
        path = f"/v1/checkout/sessions/{session['id']}"
        expansions = "expand[]=customer&expand[]=line_items&expand[]=payment_intent.latest_charge.balance_transaction"
        api.made("GET", f"{path}?{expansions}")
        api.made("GET", f"{path}/line_items")
    api.made("GET", f"/v1/checkout/sessions?payment_intent={session['payment_intent']}&expand[]=data.payment_intent")
    for is_paid in (True, False):
        page = f"checkout-sessions/{api.made('POST', '/v1/checkout/sessions', session_form())['id']}"
        api.sandbox.control("POST", f"{page}/pay", {"clears_later": True})
        expanded = api.made("GET", f"/v1/{page.replace('-', '/', 1)}?expand[]=payment_intent")
        assert (expanded["payment_status"], expanded["payment_intent"]["status"]) == ("unpaid", "processing")
        api.sandbox.control("POST", f"{page}/clear", {"paid": is_paid})
        api.made("GET", f"/v1/{page.replace('-', '/', 1)}")
    given_up = api.made("POST", "/v1/checkout/sessions", session_form())
    api.made("POST", f"/v1/checkout/sessions/{given_up['id']}/expire")


def visit_intents_charges_refunds(api: Api, buyer: Json) -> None:
    form = f"amount=1000&currency=eur&customer={buyer['id']}&payment_method=pm_card_visa"
    intent = api.made("POST", "/v1/payment_intents", f"{form}&setup_future_usage=off_session")
    path = f"/v1/payment_intents/{intent['id']}"
    api.made("POST", path, "description=changed&metadata[a]=b")
    confirmed = api.made("POST", f"{path}/confirm", "expand[]=latest_charge.refunds&expand[]=payment_method")
    api.made("GET", f"{path}?expand[]=customer")
    api.made("GET", f"/v1/payment_methods?customer={buyer['id']}")
    method = confirmed["payment_method"]["id"]
    api.made("GET", f"/v1/payment_methods/{method}")
    api.made("POST", "/v1/payment_methods/pm_card_mastercard/attach", f"customer={buyer['id']}")
    refund_one(api, confirmed["latest_charge"]["id"])
    unpaid = api.made("POST", "/v1/payment_intents", "amount=1000&currency=usd&automatic_payment_methods[enabled]=true")
    api.made("POST", f"/v1/payment_intents/{unpaid['id']}/cancel", "cancellation_reason=abandoned")
    api.made("GET", "/v1/payment_intents")


def refund_one(api: Api, charge_id: str) -> None:
    refund = api.made("POST", "/v1/refunds", f"charge={charge_id}&amount=400&reason=duplicate&expand[]=charge")
    api.made("GET", f"/v1/refunds/{refund['id']}?expand[]=balance_transaction&expand[]=payment_intent")
    api.made("GET", "/v1/refunds")
    api.made("GET", f"/v1/charges/{charge_id}/refunds")
    charge = api.made("GET", f"/v1/charges/{charge_id}?expand[]=refunds&expand[]=customer&expand[]=payment_intent")
    api.made("GET", f"/v1/balance_transactions/{charge['balance_transaction']}")
    api.sandbox.control("POST", f"refunds/{refund['id']}/fail")
    failed = api.made("GET", f"/v1/refunds/{refund['id']}")
    api.made("GET", f"/v1/balance_transactions/{failed['failure_balance_transaction']}")
    api.made("GET", "/v1/charges?expand[]=data.balance_transaction")


def visit_disputes(api: Api) -> None:
    for is_won in (True, False):
        form = "amount=1000&currency=eur&confirm=true&payment_method=pm_card_visa"
        charge_id = api.made("POST", "/v1/payment_intents", form)["latest_charge"]
        dispute = api.sandbox.control("POST", f"charges/{charge_id}/dispute", {})
        path = f"/v1/disputes/{dispute['id']}"
        api.made("GET", f"{path}?expand[]=charge&expand[]=payment_intent")
        if is_won:
            api.sandbox.control("POST", f"disputes/{dispute['id']}/end", {"won": True})
        else:
            api.made("POST", f"{path}/close")
        api.made("GET", f"/v1/disputes?charge={charge_id}")
    visit_an_inquiry(api)


def visit_an_inquiry(api: Api) -> None:
    form = "amount=1000&currency=eur&confirm=true&payment_method=pm_card_visa"
    charge_id = api.made("POST", "/v1/payment_intents", form)["latest_charge"]
    inquiry = api.sandbox.control("POST", f"charges/{charge_id}/dispute", {"inquiry": True})
    path = f"/v1/disputes/{inquiry['id']}"
    api.made("POST", path, "evidence[customer_name]=A&submit=false&metadata[k]=v")
    api.made("POST", path, "evidence[uncategorized_text]=escalate_inquiry_evidence")
    api.made("POST", path, "evidence[uncategorized_text]=winning_evidence")
    api.made("GET", f"/v1/balance_transactions?source={inquiry['id']}&type=adjustment")


def visit_payouts(api: Api) -> None:
    api.made("POST", "/v1/payment_intents", "amount=9000&currency=eur&confirm=true&payment_method=pm_card_visa")
    payout = api.made("POST", "/v1/payouts", "amount=1000&currency=eur&description=d&metadata[k]=v")
    api.sandbox.control("POST", "clock/advance", {"seconds": 3})
    api.made("GET", f"/v1/payouts/{payout['id']}?expand[]=balance_transaction")
    api.sandbox.control("POST", f"payouts/{payout['id']}/fail")
    api.made("GET", "/v1/payouts?status=failed")
    api.made("GET", f"/v1/balance_transactions?source={payout['id']}")


def visit_a_refund_that_waits(api: Api) -> None:
    form = "amount=1000&currency=eur&confirm=true&payment_method=pm_card_pendingRefund"
    charge_id = api.made("POST", "/v1/payment_intents", form)["latest_charge"]
    refund = api.made("POST", "/v1/refunds", f"charge={charge_id}")
    api.sandbox.control("POST", f"refunds/{refund['id']}/ask-customer")
    api.made("GET", f"/v1/refunds/{refund['id']}")
    api.made("POST", f"/v1/refunds/{refund['id']}/cancel")


def visit_saved_cards(api: Api, buyer: Json) -> None:
    card = "type=card&card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=2040"
    method = api.made("POST", "/v1/payment_methods", card)["id"]
    path = f"/v1/payment_methods/{method}"
    api.made("POST", f"{path}/attach", f"customer={buyer['id']}&expand[]=customer")
    api.made("POST", path, "card[exp_year]=2041&allow_redisplay=always")
    api.sandbox.control("POST", f"payment-methods/{method}/auto-update", {"exp_year": 2042})
    api.made("GET", f"/v1/customers/{buyer['id']}/payment_methods?expand[]=data.customer")
    api.made("GET", f"/v1/customers/{buyer['id']}/payment_methods/{method}")
    api.made("POST", f"/v1/customers/{buyer['id']}", f"invoice_settings[default_payment_method]={method}")
    api.made("GET", f"/v1/customers/{buyer['id']}?expand[]=invoice_settings.default_payment_method")
    form = f"amount=1000&currency=usd&confirm=true&payment_method={BANK_PAGE_CARD}"
    api.made("POST", "/v1/payment_intents", f"{form}&return_url=https%3A%2F%2Fshop.example")
    api.made("POST", f"{path}/detach")


def visit_setups(api: Api, buyer: Json) -> None:
    intent = api.made("POST", "/v1/setup_intents", f"customer={buyer['id']}&automatic_payment_methods[enabled]=true")
    path = f"/v1/setup_intents/{intent['id']}"
    api.made("POST", path, "metadata[a]=b")
    assert api.call("POST", f"{path}/confirm", "payment_method=pm_card_chargeDeclined")[0] == 402
    api.made("POST", f"{path}/confirm", f"payment_method={BANK_PAGE_CARD}&return_url=https%3A%2F%2Fshop.example")
    api.sandbox.control("POST", f"intents/{intent['id']}/authenticate")
    api.made("GET", f"{path}?expand[]=customer&expand[]=payment_method")
    api.made("GET", "/v1/setup_intents?limit=1&expand[]=data.payment_method")
    unused = api.made("POST", "/v1/setup_intents", "usage=on_session")
    api.made("POST", f"/v1/setup_intents/{unused['id']}/cancel", "cancellation_reason=duplicate")
    form = "mode=setup&success_url=https%3A%2F%2Fshop.example&setup_intent_data[description]=d"
    session = api.made("POST", "/v1/checkout/sessions", f"{form}&customer={buyer['id']}")
    api.made("GET", f"/v1/checkout/sessions/{session['id']}/line_items")
    assert api.sandbox.pay(session["id"]).status_code == 303
    api.made("GET", f"/v1/checkout/sessions/{session['id']}?expand[]=setup_intent")


def visit_everything(api: Api, buyer: Json) -> None:
    visit_customers_and_sessions(api, buyer)
    visit_intents_charges_refunds(api, buyer)
    visit_disputes(api)
    visit_a_refund_that_waits(api)
    visit_payouts(api)
    visit_saved_cards(api, buyer)
    visit_setups(api, buyer)
    api.made("DELETE", f"/v1/customers/{buyer['id']}")
    api.made("GET", f"/v1/customers/{buyer['id']}")


def test_every_route_answers_as_described(api: Api, full_buyer: Json) -> None:
    visit_everything(api, full_buyer)
    events = api.made("GET", "/v1/events?limit=100")
    api.made("GET", f"/v1/events/{events['data'][0]['id']}")

    def visited(method: str, template: str) -> bool:
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", template))
        return any(seen == method and pattern.fullmatch(path) for seen, path, _ in api.seen)

    assert [route[:2] for route in PAYMENT_ROUTES if not visited(*route[:2])] == []


def test_every_type_of_event_holds_an_object_as_described(api: Api, full_buyer: Json) -> None:
    first = api.made("GET", "/v1/events?limit=1")["data"][0]
    visit_everything(api, full_buyer)
    seen = {"customer.created"}
    while events := api.made("GET", f"/v1/events?limit=100&ending_before={first['id']}")["data"]:
        for event in events:
            validate_event(event)
            seen.add(event["type"])
        first = events[0]
    assert seen == EVENT_TYPES


@pytest.mark.parametrize("name", DECLINING)
def test_every_decline_by_api_is_a_card_error_as_described(api: Api, name: str) -> None:
    status, body = api.call(
        "POST", "/v1/payment_intents", f"amount=1000&currency=usd&confirm=true&payment_method={name}"
    )
    assert (status, body["error"]["type"]) == (402, "card_error")
    assert body["error"]["payment_intent"]["status"] == "requires_payment_method"


@pytest.mark.parametrize(
    ("status", "code", "method", "path", "form"),
    [
        (404, "resource_missing", "GET", "/v1/checkout/sessions/cs_none", ""),
        (404, "resource_missing", "GET", "/v1/payment_intents/pi_none", ""),
        (404, "resource_missing", "GET", "/v1/charges/ch_none", ""),
        (404, "resource_missing", "GET", "/v1/refunds/re_none", ""),
        (404, "resource_missing", "GET", "/v1/events/evt_none", ""),
        (404, "resource_missing", "GET", "/v1/customers/cus_none", ""),
        (404, "resource_missing", "GET", "/v1/payment_methods/pm_none", ""),
        (404, "resource_missing", "GET", "/v1/balance_transactions/txn_none", ""),
        (404, "resource_missing", "GET", "/v1/setup_intents/seti_none", ""),
        (404, "resource_missing", "DELETE", "/v1/customers/cus_none", ""),
        (400, "resource_missing", "GET", "/v1/customers/cus_none/payment_methods", ""),
        (400, "resource_missing", "POST", "/v1/customers", "test_clock=clock_none"),
        (400, "parameter_missing", "POST", "/v1/payment_methods", "card[token]=tok_visa"),
        (400, None, "POST", "/v1/payment_intents", "amount=1000&currency=usd&off_session=true"),
        (400, None, "POST", "/v1/setup_intents", "confirm=true"),
        (400, None, "POST", "/v1/setup_intents", "payment_method_types[]=sepa_debit"),
        (400, None, "POST", "/v1/payment_intents", "amount=1000&currency=usd&payment_method_types[]=sepa_debit"),
        (400, "parameter_missing", "POST", "/v1/checkout/sessions", "mode=payment"),
        (400, "parameter_missing", "POST", "/v1/payment_intents", "currency=usd"),
        (400, "parameter_unknown", "POST", "/v1/customers", "hat=blue"),
        (400, "parameter_invalid_integer", "POST", "/v1/payment_intents", "amount=ten&currency=usd"),
        (400, "amount_too_small", "POST", "/v1/payment_intents", "amount=1&currency=usd"),
        (400, "resource_missing", "POST", "/v1/refunds", "charge=ch_none"),
        (400, None, "POST", "/v1/refunds", ""),
        (400, None, "GET", "/v1/charges?expand[]=data.nothing", ""),
        (400, None, "GET", "/v1/events?limit=1000", ""),
    ],
)
def test_refusals_are_described_errors(api: Api, status: int, code: str, method: str, path: str, form: str) -> None:
    # something must be in the list for an expansion to fail on
    api.made("POST", "/v1/payment_intents", "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa")
    answered, body = api.call(method, path, form)
    assert (answered, body["error"].get("code")) == (status, code)
    assert body["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(("fault", "status"), [("429", 429), ("500", 500)])
def test_faults_are_described_errors(api: Api, fault: str, status: int) -> None:
    api.sandbox.arm(fault, count=1)
    assert api.call("GET", "/v1/customers")[0] == status


def test_a_wrong_key_and_no_key_are_described_errors(api: Api) -> None:
    assert api.call("GET", "/v1/customers", key="sk_test_other")[0] == 401
    assert api.call("GET", "/v1/customers", key=None)[0] == 401
    basic = requests.get(f"{api.sandbox.address}/v1/customers", auth=("sk_test_sandbox", ""), timeout=5)
    assert basic.status_code == 200


@pytest.mark.parametrize(
    ("path", "accepted"),
    [
        ("/v1/checkout/sessions", checkout_payment.ACCEPTED),
        ("/v1/checkout/sessions", checkout_setup.ACCEPTED),
        ("/v1/payment_methods", payment_methods.CREATABLE),
        ("/v1/payment_methods/{payment_method}", payment_methods.WRITABLE),
        ("/v1/setup_intents", setup_intents.CREATABLE),
        ("/v1/setup_intents/{intent}", setup_intents.WRITABLE),
        ("/v1/setup_intents/{intent}/confirm", setup_intents.CONFIRMABLE),
        ("/v1/payment_intents", payment_intents.CREATABLE),
        ("/v1/customers", customers.CREATABLE),
        ("/v1/products", products.CREATABLE),
        ("/v1/prices", prices.CREATABLE),
        ("/v1/coupons", coupons.CREATABLE),
        ("/v1/subscriptions", subscription_asked.CREATABLE),
        ("/v1/subscriptions/{subscription_exposed_id}", subscription_asked.UPDATABLE),
        ("/v1/checkout/sessions", checkout_subscription.ACCEPTED),
    ],
)
def test_parameters_that_are_taken_exist_at_stripe(path: str, accepted: tuple[str, ...]) -> None:
    content = specification()["paths"][path]["post"]["requestBody"]["content"]
    described = content["application/x-www-form-urlencoded"]["schema"]["properties"]
    assert set(accepted) - set(described) == set()


@pytest.mark.parametrize(
    "resource", [each for each in (*PAYMENTS, *BILLING) if each.filters], ids=lambda each: each.kind
)
def test_filters_that_lists_take_exist_at_stripe(resource: Resource) -> None:
    described = specification()["paths"][resource.path.rpartition("/")[0]]["get"]["parameters"]
    taken = {each.parameter for each in resource.filters or ()}
    assert taken - {parameter["name"] for parameter in described} == set()
