"""Every action of the sandbox's PayPal is called, and its answer held to the contract (`PayPal` does, as it comes)."""

import re

import pytest

from sandbox.paypal.api import issues
from sandbox.paypal.api.routes import ACTIONS
from tests.contracts import paypal_openapi, paypal_shapes
from tests.contracts.paypal_shapes import ShapeViolation
from tests.sandbox.paypal.calling import ORDERS, PayPal, money
from tests.sandbox.paypal.subscribing import PLANS, PRODUCTS, Subscriber, plan_of, product_of


def visit_everything(paypal: PayPal) -> None:
    order = paypal.order(custom_id="ours", invoice_id="all-of-it", description="d", soft_descriptor="s")
    path = f"{ORDERS}/{order['id']}"
    paypal.made(
        "PATCH", path, [{"op": "add", "path": "/purchase_units/@reference_id=='default'/description", "value": "e"}]
    )
    capture = f"/v2/payments/captures/{paypal.captured(order)['id']}"
    refund = paypal.made("POST", f"{capture}/refund", {"amount": money("1.00"), "note_to_payer": "sorry"})
    for read in (path, capture, f"/v2/payments/refunds/{refund['id']}"):
        paypal.made("GET", read)
    visit_wallets(paypal)
    visit_disputes(paypal)
    visit_webhooks(paypal)
    # in the time that passes here events of before are forgotten
    visit_subscriptions(paypal)
    paypal.made("GET", "/v1/reporting/transactions?start_date=2026-01-01T00:00:00Z&end_date=2026-01-31T00:00:00Z")


def visit_wallets(paypal: PayPal) -> None:
    wallet = {"usage_type": "MERCHANT", "description": "d", "customer_type": "CONSUMER", "usage_pattern": "IMMEDIATE"}
    setup = paypal.made("POST", "/v3/vault/setup-tokens", {"payment_source": {"paypal": wallet}}, request_id="s")
    paypal.control("POST", f"setup-tokens/{setup['id']}/approve")
    paypal.made("GET", f"/v3/vault/setup-tokens/{setup['id']}")
    source = {"token": {"id": setup["id"], "type": "SETUP_TOKEN"}}
    token = paypal.made("POST", "/v3/vault/payment-tokens", {"payment_source": source}, request_id="p")
    path = f"/v3/vault/payment-tokens/{token['id']}"
    assert paypal.made("GET", path) == token
    paypal.made("GET", f"/v3/vault/payment-tokens?customer_id={token['customer']['id']}")
    paypal.made("DELETE", path)


def visit_disputes(paypal: PayPal) -> None:
    for way, content in (
        ("accept-claim", {"note": "You are right.", "accept_claim_type": "REFUND"}),
        ("provide-evidence", {"evidences": [{"evidence_type": "OTHER", "notes": "It was used."}]}),
    ):
        capture = paypal.captured(paypal.order(custom_id="ours", invoice_id=f"disputed-{way}"))
        dispute = paypal.control("POST", f"captures/{capture['id']}/dispute")["dispute_id"]
        paypal.control("POST", f"disputes/{dispute}/message", {"content": "Where is it?"})
        paypal.made("POST", f"/v1/customer/disputes/{dispute}/{way}", content)
        paypal.made("GET", f"/v1/customer/disputes/{dispute}")
    paypal.made("GET", "/v1/customer/disputes?page_size=1")


def visit_subscriptions(paypal: PayPal) -> None:
    product, jane = product_of(paypal), Subscriber(paypal)
    plan = plan_of(paypal, product)
    for read in (PRODUCTS, f"{PRODUCTS}/{product}", PLANS, f"{PLANS}/{plan['id']}"):
        paypal.made("GET", read)
    for turn in ("deactivate", "activate"):
        paypal.made("POST", f"{PLANS}/{plan['id']}/{turn}")
    jane.subscribe(plan)
    jane.agree()
    assert jane.told("plan")["plan"] == paypal.made("GET", f"{PLANS}/{plan['id']}")
    sale = jane.sales()[0]["id"]
    paypal.made("GET", f"/v1/payments/sale/{sale}")
    refund = paypal.made("POST", f"/v1/payments/sale/{sale}/refund")
    paypal.made("GET", f"/v1/payments/refund/{refund['id']}")
    jane.do("revise", {"plan_id": plan["id"]})
    jane.pays("payer_cannot_pay")
    jane.wait(45)
    jane.pays("complete")
    jane.do("capture", {"note": "n", "capture_type": "OUTSTANDING_BALANCE", "amount": money("1.00")})
    for way in ("suspend", "activate", "cancel"):
        jane.do(way)


def visit_webhooks(paypal: PayPal) -> None:
    webhooks, events = "/v1/notifications/webhooks", "/v1/notifications/webhooks-events"
    paypal.sandbox.set(paypal_webhook_url="http://127.0.0.1:9/")
    webhook = paypal.made("GET", webhooks)["webhooks"][0]
    paypal.made("GET", f"{webhooks}/{webhook['id']}")
    event = paypal.made("GET", events)["events"][0]
    paypal.made("POST", f"{events}/{event['id']}/resend")
    texts = ("auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time")
    asked = {**dict.fromkeys(texts, "x"), "webhook_id": webhook["id"], "webhook_event": event}
    paypal.made("POST", "/v1/notifications/verify-webhook-signature", asked)
    paypal_shapes.validate_event(paypal.made("GET", f"{events}/{event['id']}"))


def test_every_action_answers_as_described(paypal: PayPal) -> None:
    visit_everything(paypal)

    def visited(method: str, template: str) -> bool:
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", template))
        return any(seen == method and pattern.fullmatch(path) for seen, path, _ in paypal.seen)

    assert [action.name for action in ACTIONS if not visited(action.method, action.path)] == []


@pytest.mark.parametrize(
    "path", [f"{ORDERS}/X", "/v2/payments/captures/X", "/v2/payments/refunds/X", "/v1/customer/disputes/X"]
)
def test_what_is_not_there_is_not_found(paypal: PayPal, path: str) -> None:
    assert paypal.issue("GET", path) == (404, "INVALID_RESOURCE_ID")


@pytest.mark.parametrize(
    "wrong", [{"colour": "red"}, {"status": "LOST"}, {"id": "short"}, {"links": []}, {"amount": {"value": "1"}}]
)
def test_the_judge_sees_what_does_not_belong(paypal: PayPal, wrong: dict[str, object]) -> None:
    capture = paypal.made("GET", f"/v2/payments/captures/{paypal.captured()['id']}")
    with pytest.raises(ShapeViolation):
        paypal_shapes.validate_resource("capture", capture | wrong)


def test_the_issues_are_those_that_paypal_documents() -> None:
    """Where its descriptions are at hand; else that none of ours is misspelt beyond recognition."""
    known = issues.CREATE | issues.CAPTURE | issues.REFUND
    assert [name for name in known if not re.fullmatch("[A-Z]+(_[A-Z0-9]+)+", name)] == []
    documented = paypal_openapi.documented_issues()
    assert not documented or known - documented - paypal_openapi.UNDESCRIBED_ISSUES == set()
