"""Every kind of answer and event of Stripe Billing is what Stripe's OpenAPI description says.

`Api` holds each answer to the description as it comes; the tests here see to it that none is left out.
"""

import json
import re

import pytest

from sandbox.stripe.api.routes import BILLING_ROUTES
from tests.contracts.stripe_openapi import validate_event
from tests.sandbox.running import Api, Receiver, eventually
from tests.sandbox.subscribing import Subscriber, moment, price

EVENT_TYPES = {
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "customer.subscription.updated",
    "invoice.created",
    "invoice.finalized",
    "invoice.marked_uncollectible",
    "invoice.overdue",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_action_required",
    "invoice.payment_succeeded",
    "invoice.sent",
    "invoice.voided",
    "invoice_payment.paid",
    "invoiceitem.created",
    "invoiceitem.deleted",
    "price.created",
    "price.updated",
    "product.created",
    "product.updated",
    "tax_rate.created",
    "tax_rate.updated",
    "test_helpers.test_clock.advancing",
    "test_helpers.test_clock.created",
    "test_helpers.test_clock.deleted",
    "test_helpers.test_clock.ready",
}


def visit_what_is_sold(api: Api) -> None:
    product = api.made("POST", "/v1/products", "name=Pro&description=d&unit_label=seat&url=https%3A%2F%2Fx.example")[
        "id"
    ]
    api.made("POST", f"/v1/products/{product}", "description=other&images[]=https%3A%2F%2Fx.example%2Fa.png")
    api.made("GET", f"/v1/products/{product}")
    api.made("GET", f"/v1/products?ids[]={product}")
    form = f"product={product}&currency=usd&unit_amount=100&recurring[interval]=week&recurring[interval_count]=2"
    made = api.made("POST", "/v1/prices", f"{form}&nickname=n&expand[]=product")["id"]
    api.made("POST", f"/v1/prices/{made}", "nickname=m")
    api.made("GET", f"/v1/prices/{made}")
    api.made("GET", "/v1/prices")
    coupon = api.made("POST", "/v1/coupons", "percent_off=10&duration=forever&metadata[a]=b")["id"]
    api.made("POST", f"/v1/coupons/{coupon}", "name=n")
    api.made("GET", f"/v1/coupons/{coupon}")
    api.made("GET", "/v1/coupons")
    tax = "display_name=VAT&percentage=19.5&inclusive=false&country=DE&tax_type=vat&description=d"
    rate = api.made("POST", "/v1/tax_rates", tax)["id"]
    api.made("POST", f"/v1/tax_rates/{rate}", "display_name=Tax&metadata[a]=b")
    api.made("GET", f"/v1/tax_rates/{rate}")
    api.made("GET", "/v1/tax_rates?active=true&inclusive=false")
    api.made("DELETE", f"/v1/coupons/{coupon}")


def visit_a_life(api: Api) -> None:
    """Trial, renewals, a plan change, a pause of collection, failed payments, the end."""
    ada = Subscriber(api, "2026-03-01")
    ada.subscribe(price(api, 2000), trial_period_days=10)
    ada.advance("2026-03-12")
    ada.change_price(price(api, 9000), description="more")
    wanted = "expand[]=latest_invoice.payments&expand[]=items.data.price.product&expand[]=customer&expand[]=test_clock"
    invoice = api.made("GET", f"/v1/subscriptions/{ada.subscription_id}?{wanted}")["latest_invoice"]
    api.made("GET", f"/v1/subscriptions?status=all&customer={ada.id}&expand[]=data.latest_invoice")
    entry = api.made("GET", f"/v1/invoiceitems?customer={ada.id}&expand[]=data.customer")["data"][0]["id"]
    api.made("GET", f"/v1/invoiceitems/{entry}")
    api.made("POST", "/v1/invoices/create_preview", f"subscription={ada.subscription_id}")
    visit_invoice(api, invoice)
    ada.change(**{"pause_collection[behavior]": "keep_as_draft"})
    ada.advance("2026-04-11")
    draft = ada.invoice()["id"]
    api.made("POST", f"/v1/invoices/{draft}/finalize")
    api.made("POST", f"/v1/invoices/{draft}/mark_uncollectible")
    api.made("POST", f"/v1/invoices/{draft}/pay")
    ada.change(pause_collection="", proration_behavior="none")
    visit_the_end(api, ada)


def visit_invoice(api: Api, invoice: dict[str, str]) -> None:
    path = f"/v1/invoices/{invoice['id']}"
    within = "expand[]=parent.subscription_details.subscription&expand[]=lines.data.pricing.price_details.price"
    api.made("GET", f"{path}?{within}&expand[]=confirmation_secret&expand[]=customer")
    api.made("GET", f"{path}/lines?limit=1")
    payment = api.made("GET", f"/v1/invoice_payments?invoice={invoice['id']}&expand[]=data.invoice")["data"][0]
    api.made("GET", f"/v1/invoice_payments/{payment['id']}?expand[]=payment.payment_intent")


def visit_the_end(api: Api, ada: Subscriber) -> None:
    ada.pay_with("pm_card_authenticationRequired")
    ada.advance("2026-05-12")
    ada.pay_with("pm_card_chargeCustomerFail")
    ada.advance("2026-05-13")
    api.made("POST", f"/v1/invoices/{ada.invoice()['id']}/void")
    ada.change_price(price(api, 1000))
    api.made("POST", "/v1/billing_portal/sessions", f"customer={ada.id}&return_url=https%3A%2F%2Fx.example")
    assert len(api.made("GET", "/v1/billing_portal/configurations?is_default=true")["data"]) == 1
    assert api.made("GET", "/v1/billing_portal/configurations?is_default=false")["data"] == []
    api.made("GET", "/v1/webhook_endpoints?limit=3")
    api.made("DELETE", f"/v1/subscriptions/{ada.subscription_id}?cancellation_details[comment]=bye")
    api.made("GET", f"/v1/test_helpers/test_clocks/{ada.clock}")
    api.made("GET", "/v1/test_helpers/test_clocks")


def visit_a_pause(api: Api) -> Subscriber:
    bob = Subscriber(api, "2026-03-01", card=None)
    settings = {"trial_settings[end_behavior][missing_payment_method]": "pause"}
    bob.subscribe(price(api, 700), trial_end=moment("2026-03-05"), **settings)
    bob.advance("2026-03-06")
    bob.pay_with("pm_card_visa")
    api.made("POST", f"/v1/subscriptions/{bob.subscription_id}/resume")
    bob.change(collection_method="send_invoice", days_until_due=3)
    bob.advance("2026-04-10")
    return bob


def test_every_route_answers_and_every_event_arrives_as_described(billing: Api, receiver: Receiver) -> None:
    billing.sandbox.set(webhook_url=receiver.url)
    visit_what_is_sold(billing)
    visit_a_life(billing)
    bob = visit_a_pause(billing)
    billing.made("DELETE", f"/v1/test_helpers/test_clocks/{bob.clock}")
    eventually(lambda: billing.sandbox.control("GET", "webhooks")["pending"] == 0, "all events are delivered")
    billing.sandbox.set(webhook_url="")
    events = [json.loads(delivery.body) for delivery in receiver.deliveries]
    for event in events:
        validate_event(event)
    assert EVENT_TYPES - {event["type"] for event in events} == set()

    def visited(method: str, template: str) -> bool:
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", template))
        return any(seen == method and pattern.fullmatch(path) for seen, path, _ in billing.seen)

    assert [route[:2] for route in BILLING_ROUTES if not visited(*route[:2])] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/products/prod_none"),
        ("GET", "/v1/prices/price_none"),
        ("GET", "/v1/coupons/none"),
        ("DELETE", "/v1/coupons/none"),
        ("GET", "/v1/subscriptions/sub_none"),
        ("DELETE", "/v1/subscriptions/sub_none"),
        ("GET", "/v1/invoices/in_none"),
        ("POST", "/v1/invoices/in_none/pay"),
        ("GET", "/v1/invoiceitems/ii_none"),
        ("GET", "/v1/invoice_payments/inpay_none"),
        ("GET", "/v1/test_helpers/test_clocks/clock_none"),
    ],
)
def test_what_is_not_there_is_not_found(billing: Api, method: str, path: str) -> None:
    status, body = billing.call(method, path)
    assert (status, body["error"]["code"]) == (404, "resource_missing")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/v1/products", "hat=blue"),
        ("/v1/products", ""),
        ("/v1/prices", "currency=usd&unit_amount=1"),
        ("/v1/prices", "currency=usd&unit_amount=1&product=prod_none"),
        ("/v1/prices", "currency=usd&unit_amount=1&product_data[name]=x&recurring[interval]=century"),
        (
            "/v1/prices",
            "currency=usd&unit_amount=1&product_data[name]=x&recurring[interval]=year&recurring[interval_count]=9",
        ),
        ("/v1/prices", "currency=usd&billing_scheme=tiered&product_data[name]=x"),
        ("/v1/subscriptions", ""),
        ("/v1/invoices/create_preview", "subscription=sub_none"),
        ("/v1/billing_portal/sessions", ""),
        ("/v1/test_helpers/test_clocks", ""),
    ],
)
def test_refusals_are_described_errors(billing: Api, path: str, form: str) -> None:
    status, body = billing.call("POST", path, form)
    assert (status, body["error"]["type"]) == (400, "invalid_request_error")


def test_a_clock_never_goes_back(billing: Api) -> None:
    clock = billing.made("POST", "/v1/test_helpers/test_clocks", f"frozen_time={moment('2026-01-01')}")
    path = f"/v1/test_helpers/test_clocks/{clock['id']}/advance"
    assert billing.call("POST", path, f"frozen_time={moment('2026-01-01')}")[0] == 400
    after = billing.made("POST", path, f"frozen_time={moment('2026-01-02')}")
    assert (after["status"], after["frozen_time"]) == ("ready", moment("2026-01-02"))
