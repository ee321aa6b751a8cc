"""What PayPal's answers look like, in our own words: the fields that we rely on, as its API reference describes them.

A judge for every checkout of this repository; `paypal_openapi` holds the same answers to PayPal's own descriptions
where they are at hand.
"""

import re

from jsonschema import Draft202012Validator

from tests.contracts.paypal_billing_shapes import (
    PLAN,
    PLANS,
    PRODUCT,
    PRODUCTS,
    REVISION,
    SALE,
    SALE_REFUND,
    SUBSCRIPTION,
    SUBSCRIPTION_PAYMENT,
    SUBSCRIPTION_PAYMENTS,
)
from tests.contracts.paypal_payment_shapes import (
    CAPTURE,
    DISPUTE,
    DISPUTES,
    ERROR,
    ORDER,
    PAYMENT_TOKEN,
    PAYMENT_TOKENS,
    REFUND,
    SETUP_TOKEN,
    TOKEN,
    TOKEN_ERROR,
    TRANSACTIONS,
    WAY_ON,
)
from tests.contracts.paypal_words import LINKS, MINIMAL, MOMENT, WHOLE, Json, closed, list_of, one_of, text

PROBLEMS_SHOWN_MAX = 5


class ShapeViolation(AssertionError):
    """An answer is not of the shape that PayPal's reference describes."""


RESOURCES = {
    "subscription": SUBSCRIPTION,
    "sale": SALE,
    "checkout-order": ORDER,
    "capture": CAPTURE,
    "refund": {"anyOf": [REFUND, SALE_REFUND]},
    "payment_token": PAYMENT_TOKEN,
    "dispute": DISPUTE,
}
EVENT = closed(
    {"resource_version": text(r"\d\.\d")},
    id=text("WH-[0-9A-Z]{17}-[0-9A-Z]{17}"),
    event_version=one_of("1.0"),
    create_time=MOMENT,
    resource_type=one_of(*RESOURCES),
    event_type=text(r"[A-Z_-]+(\.[A-Z_-]+)+"),
    summary=text(),
    resource={"type": "object"},
    links=LINKS,
)
EVENTS = closed(events={"type": "array", "items": EVENT}, count=WHOLE, links=LINKS)
WEBHOOK = closed(
    id=text("[0-9A-Z]+"),
    url=text("https?://.+"),
    event_types=list_of(closed(name=text(), status=one_of("ENABLED", "DISABLED"))),
    links=LINKS,
)
WEBHOOKS = closed(webhooks={"type": "array", "items": WEBHOOK})
VERIFICATION = closed(verification_status=one_of("SUCCESS", "FAILURE"))

# where a list and a creation share a path
LISTED = {
    "/v3/vault/payment-tokens": {"GET": PAYMENT_TOKENS, "POST": PAYMENT_TOKEN},
    "/v1/catalogs/products": {"GET": PRODUCTS, "POST": PRODUCT},
    "/v1/billing/plans": {"GET": PLANS, "POST": PLAN},
}
# what any other path answers, by the first pattern that fits
ANSWERS = (
    (r"/v1/oauth2/token", TOKEN),
    (r"/v2/checkout/orders(/\w+(/capture)?)?", ORDER),
    (r"/v2/payments/captures/\w+", CAPTURE),
    (r"/v2/payments/captures/\w+/refund|/v2/payments/refunds/\w+", REFUND),
    (r"/v3/vault/setup-tokens(/\w+)?", SETUP_TOKEN),
    (r"/v3/vault/payment-tokens/\w+", PAYMENT_TOKEN),
    (r"/v1/catalogs/products/[\w-]+", PRODUCT),
    (r"/v1/billing/plans/[\w-]+", PLAN),
    (r"/v1/billing/subscriptions(/[\w-]+)?", SUBSCRIPTION),
    (r"/v1/billing/subscriptions/[\w-]+/revise", REVISION),
    (r"/v1/billing/subscriptions/[\w-]+/capture", SUBSCRIPTION_PAYMENT),
    (r"/v1/billing/subscriptions/[\w-]+/transactions", SUBSCRIPTION_PAYMENTS),
    (r"/v1/payments/sale/\w+", SALE),
    (r"/v1/payments/sale/\w+/refund|/v1/payments/refund/\w+", SALE_REFUND),
    (r"/v1/reporting/transactions", TRANSACTIONS),
    (r"/v1/customer/disputes", DISPUTES),
    (r"/v1/customer/disputes/[\w-]+", DISPUTE),
    (r"/v1/customer/disputes/[\w-]+/(accept-claim|provide-evidence)", WAY_ON),
    (r"/v1/notifications/webhooks-events/?", EVENTS),
    (r"/v1/notifications/webhooks-events/[\w-]+(/resend)?", EVENT),
    (r"/v1/notifications/webhooks", WEBHOOKS),
    (r"/v1/notifications/webhooks/\w+", WEBHOOK),
    (r"/v1/notifications/verify-webhook-signature", VERIFICATION),
)


def validate_response(method: str, path: str, status: int, body: object, *, is_minimal: bool = False) -> None:
    """Hold an answer to its shape. Raises ShapeViolation."""
    if status == 204:
        assert not body
        return
    _validate(_expected(method, path, status, body, is_minimal), body, f"{path} -> {status}")


def validate_resource(resource_type: str, resource: object) -> None:
    """Hold what an event carries to its shape. Raises ShapeViolation."""
    _validate(RESOURCES[resource_type], resource, resource_type)


def _expected(method: str, path: str, status: int, body: object, is_minimal: bool) -> Json:
    if status >= 400:
        return TOKEN_ERROR if isinstance(body, dict) and "error" in body else ERROR
    if is_minimal:
        return MINIMAL
    bare = path.partition("?")[0]
    if bare in LISTED:
        return LISTED[bare][method]
    shapes = (shape for pattern, shape in ANSWERS if re.fullmatch(pattern, bare))
    return next(shapes)


def validate_event(event: Json) -> None:
    """Hold an event to its shape, and what it carries to the shape of its kind. Raises ShapeViolation."""
    _validate(EVENT, event, f"event {event.get('id')}")
    validate_resource(event["resource_type"], event["resource"])


def _validate(schema: Json, subject: object, what: str) -> None:
    problems = list(Draft202012Validator(schema).iter_errors(subject))
    if problems:
        told = "; ".join(f"{each.json_path}: {each.message[:300]}" for each in problems[:PROBLEMS_SHOWN_MAX])
        raise ShapeViolation(f"{what}: {told}")
