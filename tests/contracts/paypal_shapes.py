"""What PayPal's answers look like, in our own words: the fields that we rely on, as its API reference describes them.

A judge for every checkout of this repository. `tools/compare_paypal.py` holds these words against PayPal's own OpenAPI
descriptions, and `paypal_openapi` holds each answer to them where they are at hand.
"""

import re
from typing import Any

from jsonschema import Draft202012Validator

Json = dict[str, Any]

CURRENCY = "[A-Z]{3}"
PROBLEMS_SHOWN_MAX = 5


class ShapeViolation(AssertionError):
    """An answer is not of the shape that PayPal's reference describes."""


def _text(pattern: str = ".+") -> Json:
    return {"type": "string", "pattern": f"^({pattern})$"}


def _one_of(*words: str) -> Json:
    return {"enum": list(words)}


def _list_of(item: Json) -> Json:
    return {"type": "array", "minItems": 1, "items": item}


def _object(optional: Json | None = None, **required: Json) -> Json:
    properties = {**required, **(optional or {})}
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


ID = _text("[0-9A-Z]{17}")
ACCOUNT = _text("[2-9A-HJ-NP-Z]{13}")
MOMENT = _text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
MONEY = _object(currency_code=_text(CURRENCY), value=_text(r"-?\d+(\.\d\d)?"))
LINK = _object(
    href=_text("https?://.+"), rel=_text("[a-z_-]+"), method=_one_of("GET", "POST", "PUT", "PATCH", "DELETE")
)
LINKS = _list_of(LINK)
MINIMAL = _object(id=ID, status=_text("[A-Z_]+"), links=LINKS)

CAPTURE_FIELDS = {
    "status_details": _object(
        reason=_one_of(
            "BUYER_COMPLAINT", "CHARGEBACK", "ECHECK", "INTERNATIONAL_WITHDRAWAL", "OTHER", "PENDING_REVIEW",
            "RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION", "TRANSACTION_APPROVED_AWAITING_FUNDING", "UNILATERAL",
            "VERIFICATION_REQUIRED",
        )
    ),
    "invoice_id": _text(),
    "custom_id": _text(),
    "seller_receivable_breakdown": _object(gross_amount=MONEY, paypal_fee=MONEY, net_amount=MONEY),
}  # fmt: skip
CAPTURE_COMMON = {
    "id": ID,
    "status": _one_of("COMPLETED", "DECLINED", "PARTIALLY_REFUNDED", "PENDING", "REFUNDED", "FAILED"),
    "amount": MONEY,
    "final_capture": {"type": "boolean"},
    "disbursement_mode": _one_of("INSTANT", "DELAYED"),
    "seller_protection": _object(status=_one_of("ELIGIBLE", "PARTIALLY_ELIGIBLE", "NOT_ELIGIBLE")),
    "links": LINKS,
    "create_time": MOMENT,
    "update_time": MOMENT,
}
CAPTURE_IN_ORDER = _object(CAPTURE_FIELDS, **CAPTURE_COMMON)
CAPTURE = _object(
    CAPTURE_FIELDS,
    **CAPTURE_COMMON,
    payee=_object(merchant_id=ACCOUNT),
    supplementary_data=_object(related_ids=_object(order_id=ID)),
)
REFUND = _object(
    {
        "invoice_id": _text(),
        "custom_id": _text(),
        "note_to_payer": _text(),
        "status_details": _object(reason=_one_of("ECHECK")),
    },
    id=ID,
    status=_one_of("CANCELLED", "FAILED", "PENDING", "COMPLETED"),
    amount=MONEY,
    seller_payable_breakdown=_object(
        gross_amount=MONEY, paypal_fee=MONEY, net_amount=MONEY, total_refunded_amount=MONEY
    ),
    links=LINKS,
    create_time=MOMENT,
    update_time=MOMENT,
)
BREAKDOWN = _object(
    dict.fromkeys(
        ("item_total", "tax_total", "shipping", "handling", "insurance", "shipping_discount", "discount"), MONEY
    )
)
ITEM = _object(
    {
        "tax": MONEY,
        "description": _text(),
        "sku": _text(),
        "category": _one_of("DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION"),
    },
    name=_text(),
    unit_amount=MONEY,
    quantity=_text("[1-9][0-9]{0,9}"),
)
UNIT = _object(
    {
        "description": _text(),
        "custom_id": _text(),
        "invoice_id": _text(),
        "soft_descriptor": _text(),
        "items": _list_of(ITEM),
        "payments": _object({"captures": _list_of(CAPTURE_IN_ORDER), "refunds": _list_of(REFUND)}),
    },
    reference_id=_text(),
    amount=_object({"breakdown": BREAKDOWN}, currency_code=_text(CURRENCY), value=_text(r"\d+(\.\d\d)?")),
    payee=_object(merchant_id=ACCOUNT),
)
CUSTOMER = _object(id=_text("[0-9a-zA-Z_-]{1,22}"))
TOKEN_ID = _text("[0-9a-z]{8}")
WALLET = _object(
    {
        "attributes": _object(
            vault=_object(id=TOKEN_ID, status=_one_of("VAULTED", "CREATED", "APPROVED"), customer=CUSTOMER, links=LINKS)
        ),
        "email_address": _text(".+@.+"),
        "account_id": ACCOUNT,
        "account_status": _one_of("VERIFIED", "UNVERIFIED"),
        "name": _object(given_name=_text(), surname=_text()),
        "address": _object(country_code=_text("[A-Z]{2}")),
    }
)
ORDER = _object(
    {
        "payment_source": _object(paypal=WALLET),
        "payer": _object(email_address=_text(".+@.+"), payer_id=ACCOUNT),
    },
    id=ID,
    intent=_one_of("CAPTURE", "AUTHORIZE"),
    status=_one_of("CREATED", "SAVED", "APPROVED", "VOIDED", "COMPLETED", "PAYER_ACTION_REQUIRED"),
    purchase_units=_list_of(UNIT),
    create_time=MOMENT,
    update_time=MOMENT,
    links=LINKS,
)
ERROR = _object(
    {
        "details": _list_of(
            _object(
                {"field": _text(), "value": {"type": "string"}, "location": _one_of("body", "path", "query")},
                issue=_text("[A-Z_0-9]+"),
                description=_text(),
            )
        )
    },
    name=_text("[A-Z_]+"),
    message=_text(),
    debug_id=_text("[0-9a-f]{13}"),
    links=LINKS,
)
TOKEN = _object(
    scope=_text(),
    access_token=_text(),
    token_type=_one_of("Bearer"),
    app_id=_text(),
    expires_in={"type": "integer"},
    nonce=_text(),
)
TOKEN_ERROR = _object(error=_text("[a-z_]+"), error_description=_text())

TERMS = {
    "usage_type": _one_of("MERCHANT", "PLATFORM"),
    "description": _text(),
    "customer_type": _one_of("CONSUMER", "BUSINESS"),
    "permit_multiple_payment_tokens": {"type": "boolean"},
}
OWNER = {"email_address": _text(".+@.+"), "payer_id": ACCOUNT}
PAYMENT_TOKEN = _object(
    id=TOKEN_ID,
    customer=CUSTOMER,
    payment_source=_object(
        paypal=_object(TERMS, **OWNER, account_id=ACCOUNT, name=_object(given_name=_text(), surname=_text()))
    ),
    links=LINKS,
)
PAYMENT_TOKENS = _object(customer=CUSTOMER, payment_tokens={"type": "array", "items": PAYMENT_TOKEN}, links=LINKS)
SETUP_TOKEN = _object(
    id=ID,
    customer=CUSTOMER,
    status=_one_of("CREATED", "PAYER_ACTION_REQUIRED", "APPROVED", "VAULTED", "TOKENIZED"),
    payment_source=_object(paypal=_object({**TERMS, **OWNER})),
    links=LINKS,
)
DISPUTE_ID = _text("PP-D-[0-9]+")
DISPUTE_COMMON = {
    "dispute_id": DISPUTE_ID,
    "create_time": MOMENT,
    "update_time": MOMENT,
    "reason": _text("[A-Z_]+"),
    "status": _one_of(
        "OPEN", "WAITING_FOR_BUYER_RESPONSE", "WAITING_FOR_SELLER_RESPONSE", "UNDER_REVIEW", "RESOLVED", "OTHER"
    ),
    "dispute_amount": MONEY,
    "dispute_life_cycle_stage": _one_of("INQUIRY", "CHARGEBACK", "PRE_ARBITRATION", "ARBITRATION"),
    "dispute_channel": _one_of("INTERNAL", "EXTERNAL", "ALERT"),
    "links": LINKS,
}
MOVEMENT = _object(
    affected_party=_one_of("SELLER", "BUYER"),
    amount=MONEY,
    initiated_time=MOMENT,
    type=_one_of("DEBIT", "CREDIT"),
    reason=_one_of("DISPUTE_SETTLEMENT_FEE", "DISPUTE_SETTLEMENT", "DISPUTE_FEE", "CHARGEBACK_FEE"),
)
DISPUTE = _object(
    {
        "seller_response_due_date": MOMENT,
        "money_movements": _list_of(MOVEMENT),
        "evidences": _list_of(
            _object(
                {"notes": _text(), "evidence_info": {"type": "object"}},
                evidence_type=_text("[A-Z_]+"),
                source=_one_of("SUBMITTED_BY_SELLER"),
                date=MOMENT,
            )
        ),
        "messages": _list_of(_object(posted_by=_one_of("BUYER", "SELLER"), time_posted=MOMENT, content=_text())),
        "dispute_outcome": _object(outcome_code=_text("[A-Z_]+"), amount_refunded=MONEY),
    },
    **DISPUTE_COMMON,
    disputed_transactions=_list_of(
        _object(
            {"custom": _text(), "invoice_number": _text()},
            seller_transaction_id=ID,
            create_time=MOMENT,
            transaction_status=_text("[A-Z_]+"),
            gross_amount=MONEY,
            buyer=_object(name=_text()),
            seller=_object(merchant_id=ACCOUNT),
        )
    ),
)
DISPUTE_INFO = _object({"seller_response_due_date": MOMENT}, **DISPUTE_COMMON, dispute_state=_text("[A-Z_]+"))
DISPUTES = _object({"items": _list_of(DISPUTE_INFO)}, links=LINKS)
WAY_ON = _object(links=LINKS)
TRANSACTION = _object(
    {
        "paypal_reference_id": ID,
        "paypal_reference_id_type": _one_of("ODR", "TXN", "SUB", "PAP"),
        "fee_amount": MONEY,
        "invoice_id": _text(),
        "custom_field": _text(),
    },
    transaction_id=ID,
    transaction_event_code=_text(r"T\d{4}"),
    transaction_initiation_date=MOMENT,
    transaction_updated_date=MOMENT,
    transaction_amount=MONEY,
    transaction_status=_one_of("S", "P", "D", "V"),
)
TRANSACTIONS = _object(
    {"transaction_details": _list_of(_object(transaction_info=TRANSACTION))},
    account_number=ACCOUNT,
    start_date=MOMENT,
    end_date=MOMENT,
    last_refreshed_datetime=MOMENT,
    page={"type": "integer"},
    total_items={"type": "integer"},
    total_pages={"type": "integer"},
    links=LINKS,
)
RESOURCES = {
    "checkout-order": ORDER,
    "capture": CAPTURE,
    "refund": REFUND,
    "payment_token": PAYMENT_TOKEN,
    "dispute": DISPUTE,
}
EVENT = _object(
    {"resource_version": _text(r"\d\.\d")},
    id=_text("WH-[0-9A-Z]{17}-[0-9A-Z]{17}"),
    event_version=_one_of("1.0"),
    create_time=MOMENT,
    resource_type=_one_of(*RESOURCES),
    event_type=_text(r"[A-Z_-]+(\.[A-Z_-]+)+"),
    summary=_text(),
    resource={"type": "object"},
    links=LINKS,
)
EVENTS = _object(events={"type": "array", "items": EVENT}, count={"type": "integer"}, links=LINKS)
WEBHOOK = _object(
    id=_text("[0-9A-Z]+"),
    url=_text("https?://.+"),
    event_types=_list_of(_object(name=_text(), status=_one_of("ENABLED", "DISABLED"))),
    links=LINKS,
)
WEBHOOKS = _object(webhooks={"type": "array", "items": WEBHOOK})
VERIFICATION = _object(verification_status=_one_of("SUCCESS", "FAILURE"))

# what a path answers, by the first pattern that fits
ANSWERS = (
    (r"/v1/oauth2/token", TOKEN),
    (r"/v2/checkout/orders(/\w+(/capture)?)?", ORDER),
    (r"/v2/payments/captures/\w+", CAPTURE),
    (r"/v2/payments/captures/\w+/refund|/v2/payments/refunds/\w+", REFUND),
    (r"/v3/vault/setup-tokens(/\w+)?", SETUP_TOKEN),
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


def validate_response(path: str, status: int, body: object, *, is_minimal: bool = False) -> None:
    """Hold an answer to its shape. Raises ShapeViolation."""
    if status == 204:
        assert not body
        return
    _validate(_expected(path, status, body, is_minimal), body, f"{path} -> {status}")


def validate_resource(resource_type: str, resource: object) -> None:
    """Hold what an event carries to its shape. Raises ShapeViolation."""
    _validate(RESOURCES[resource_type], resource, resource_type)


def _expected(path: str, status: int, body: object, is_minimal: bool) -> Json:
    if status >= 400:
        return TOKEN_ERROR if isinstance(body, dict) and "error" in body else ERROR
    if is_minimal:
        return MINIMAL
    if path.startswith("/v3/vault/payment-tokens"):
        return PAYMENT_TOKENS if "customer_id=" in path else PAYMENT_TOKEN
    shapes = (shape for pattern, shape in ANSWERS if re.fullmatch(pattern, path.partition("?")[0]))
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
