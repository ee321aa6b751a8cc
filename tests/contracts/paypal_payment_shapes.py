"""What is paid and how: orders, captures, refunds, wallets, disputes, events, errors."""

from tests.contracts.paypal_words import (
    ACCOUNT,
    CURRENCY,
    ID,
    LINKS,
    MOMENT,
    MONEY,
    WHOLE,
    closed,
    list_of,
    one_of,
    text,
)

CAPTURE_FIELDS = {
    "status_details": closed(
        reason=one_of(
            "BUYER_COMPLAINT", "CHARGEBACK", "ECHECK", "INTERNATIONAL_WITHDRAWAL", "OTHER", "PENDING_REVIEW",
            "RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION", "TRANSACTION_APPROVED_AWAITING_FUNDING", "UNILATERAL",
            "VERIFICATION_REQUIRED",
        )
    ),
    "invoice_id": text(),
    "custom_id": text(),
    "seller_receivable_breakdown": closed(gross_amount=MONEY, paypal_fee=MONEY, net_amount=MONEY),
}  # fmt: skip
CAPTURE_COMMON = {
    "id": ID,
    "status": one_of("COMPLETED", "DECLINED", "PARTIALLY_REFUNDED", "PENDING", "REFUNDED", "FAILED"),
    "amount": MONEY,
    "final_capture": {"type": "boolean"},
    "disbursement_mode": one_of("INSTANT", "DELAYED"),
    "seller_protection": closed(status=one_of("ELIGIBLE", "PARTIALLY_ELIGIBLE", "NOT_ELIGIBLE")),
    "links": LINKS,
    "create_time": MOMENT,
    "update_time": MOMENT,
}
CAPTURE_IN_ORDER = closed(CAPTURE_FIELDS, **CAPTURE_COMMON)
CAPTURE = closed(
    # a payment of a subscription has no order
    {**CAPTURE_FIELDS, "supplementary_data": closed(related_ids=closed(order_id=ID))},
    **CAPTURE_COMMON,
    payee=closed(merchant_id=ACCOUNT),
)
REFUND = closed(
    {
        "invoice_id": text(),
        "custom_id": text(),
        "note_to_payer": text(),
        "status_details": closed(reason=one_of("ECHECK")),
    },
    id=ID,
    status=one_of("CANCELLED", "FAILED", "PENDING", "COMPLETED"),
    amount=MONEY,
    seller_payable_breakdown=closed(
        gross_amount=MONEY, paypal_fee=MONEY, net_amount=MONEY, total_refunded_amount=MONEY
    ),
    links=LINKS,
    create_time=MOMENT,
    update_time=MOMENT,
)
BREAKDOWN = closed(
    dict.fromkeys(
        ("item_total", "tax_total", "shipping", "handling", "insurance", "shipping_discount", "discount"), MONEY
    )
)
ITEM = closed(
    {
        "tax": MONEY,
        "description": text(),
        "sku": text(),
        "category": one_of("DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION"),
    },
    name=text(),
    unit_amount=MONEY,
    quantity=text("[1-9][0-9]{0,9}"),
)
UNIT = closed(
    {
        "description": text(),
        "custom_id": text(),
        "invoice_id": text(),
        "soft_descriptor": text(),
        "items": list_of(ITEM),
        "payments": closed({"captures": list_of(CAPTURE_IN_ORDER), "refunds": list_of(REFUND)}),
    },
    reference_id=text(),
    amount=closed({"breakdown": BREAKDOWN}, currency_code=text(CURRENCY), value=text(r"\d+(\.\d\d)?")),
    payee=closed(merchant_id=ACCOUNT),
)
CUSTOMER = closed(id=text("[0-9a-zA-Z_-]{1,22}"))
TOKEN_ID = text("[0-9a-z]{8}")
WALLET = closed(
    {
        "attributes": closed(
            vault=closed(id=TOKEN_ID, status=one_of("VAULTED", "CREATED", "APPROVED"), customer=CUSTOMER, links=LINKS)
        ),
        "email_address": text(".+@.+"),
        "account_id": ACCOUNT,
        "account_status": one_of("VERIFIED", "UNVERIFIED"),
        "name": closed(given_name=text(), surname=text()),
        "address": closed(country_code=text("[A-Z]{2}")),
    }
)
ORDER = closed(
    {
        "payment_source": closed(paypal=WALLET),
        "payer": closed(email_address=text(".+@.+"), payer_id=ACCOUNT),
    },
    id=ID,
    intent=one_of("CAPTURE", "AUTHORIZE"),
    status=one_of("CREATED", "SAVED", "APPROVED", "VOIDED", "COMPLETED", "PAYER_ACTION_REQUIRED"),
    purchase_units=list_of(UNIT),
    create_time=MOMENT,
    update_time=MOMENT,
    links=LINKS,
)
ERROR = closed(
    {
        "details": list_of(
            closed(
                {"field": text(), "value": {"type": "string"}, "location": one_of("body", "path", "query")},
                issue=text("[A-Z_0-9]+"),
                description=text(),
            )
        )
    },
    name=text("[A-Z_]+"),
    message=text(),
    debug_id=text("[0-9a-f]{13}"),
    links=LINKS,
)
TOKEN = closed(
    scope=text(),
    access_token=text(),
    token_type=one_of("Bearer"),
    app_id=text(),
    expires_in=WHOLE,
    nonce=text(),
)
TOKEN_ERROR = closed(error=text("[a-z_]+"), error_description=text())

TERMS = {
    "usage_type": one_of("MERCHANT", "PLATFORM"),
    "description": text(),
    "customer_type": one_of("CONSUMER", "BUSINESS"),
    "permit_multiple_payment_tokens": {"type": "boolean"},
}
OWNER = {"email_address": text(".+@.+"), "payer_id": ACCOUNT}
PAYMENT_TOKEN = closed(
    id=TOKEN_ID,
    customer=CUSTOMER,
    payment_source=closed(
        paypal=closed(TERMS, **OWNER, account_id=ACCOUNT, name=closed(given_name=text(), surname=text()))
    ),
    links=LINKS,
)
PAYMENT_TOKENS = closed(customer=CUSTOMER, payment_tokens={"type": "array", "items": PAYMENT_TOKEN}, links=LINKS)
SETUP_TOKEN = closed(
    id=ID,
    customer=CUSTOMER,
    status=one_of("CREATED", "PAYER_ACTION_REQUIRED", "APPROVED", "VAULTED", "TOKENIZED"),
    payment_source=closed(paypal=closed({**TERMS, **OWNER})),
    links=LINKS,
)
DISPUTE_ID = text("PP-D-[0-9]+")
DISPUTE_COMMON = {
    "dispute_id": DISPUTE_ID,
    "create_time": MOMENT,
    "update_time": MOMENT,
    "reason": text("[A-Z_]+"),
    "status": one_of(
        "OPEN", "WAITING_FOR_BUYER_RESPONSE", "WAITING_FOR_SELLER_RESPONSE", "UNDER_REVIEW", "RESOLVED", "OTHER"
    ),
    "dispute_amount": MONEY,
    "dispute_life_cycle_stage": one_of("INQUIRY", "CHARGEBACK", "PRE_ARBITRATION", "ARBITRATION"),
    "dispute_channel": one_of("INTERNAL", "EXTERNAL", "ALERT"),
    "links": LINKS,
}
MOVEMENT = closed(
    affected_party=one_of("SELLER", "BUYER"),
    amount=MONEY,
    initiated_time=MOMENT,
    type=one_of("DEBIT", "CREDIT"),
    reason=one_of("DISPUTE_SETTLEMENT_FEE", "DISPUTE_SETTLEMENT", "DISPUTE_FEE", "CHARGEBACK_FEE"),
)
DISPUTE = closed(
    {
        "seller_response_due_date": MOMENT,
        "money_movements": list_of(MOVEMENT),
        "evidences": list_of(
            closed(
                {"notes": text(), "evidence_info": {"type": "object"}},
                evidence_type=text("[A-Z_]+"),
                source=one_of("SUBMITTED_BY_SELLER"),
                date=MOMENT,
            )
        ),
        "messages": list_of(closed(posted_by=one_of("BUYER", "SELLER"), time_posted=MOMENT, content=text())),
        "dispute_outcome": closed(outcome_code=text("[A-Z_]+"), amount_refunded=MONEY),
    },
    **DISPUTE_COMMON,
    disputed_transactions=list_of(
        closed(
            {"custom": text(), "invoice_number": text()},
            seller_transaction_id=ID,
            create_time=MOMENT,
            transaction_status=text("[A-Z_]+"),
            gross_amount=MONEY,
            buyer=closed(name=text()),
            seller=closed(merchant_id=ACCOUNT),
        )
    ),
)
DISPUTE_INFO = closed({"seller_response_due_date": MOMENT}, **DISPUTE_COMMON, dispute_state=text("[A-Z_]+"))
DISPUTES = closed({"items": list_of(DISPUTE_INFO)}, links=LINKS)
WAY_ON = closed(links=LINKS)
TRANSACTION = closed(
    {
        "paypal_reference_id": ID,
        "paypal_reference_id_type": one_of("ODR", "TXN", "SUB", "PAP"),
        "fee_amount": MONEY,
        "invoice_id": text(),
        "custom_field": text(),
    },
    transaction_id=ID,
    transaction_event_code=text(r"T\d{4}"),
    transaction_initiation_date=MOMENT,
    transaction_updated_date=MOMENT,
    transaction_amount=MONEY,
    transaction_status=one_of("S", "P", "D", "V"),
)
TRANSACTIONS = closed(
    {"transaction_details": list_of(closed(transaction_info=TRANSACTION))},
    account_number=ACCOUNT,
    start_date=MOMENT,
    end_date=MOMENT,
    last_refreshed_datetime=MOMENT,
    page=WHOLE,
    total_items=WHOLE,
    total_pages=WHOLE,
    links=LINKS,
)
