"""What is sold again and again: products, plans, subscriptions, sales."""

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

PRODUCT_ID, PLAN_ID = text("[A-Za-z0-9-]{6,50}"), text("P-[0-9A-Z]{24}")
SUBSCRIPTION_ID = text("I-[0-9A-Z]{12}")
PRODUCT = closed(
    {"description": text(), "category": text(), "image_url": text(), "home_url": text()},
    id=PRODUCT_ID,
    name=text(),
    type=one_of("PHYSICAL", "DIGITAL", "SERVICE"),
    create_time=MOMENT,
    update_time=MOMENT,
    links=LINKS,
)
PAGES = {"total_items": WHOLE, "total_pages": WHOLE}
PRODUCTS = closed(
    {
        "products": list_of(
            closed({"description": text()}, id=PRODUCT_ID, name=text(), create_time=MOMENT, links=LINKS)
        ),
        **PAGES,
    },
    links=LINKS,
)
CYCLE = closed(
    tenure_type=one_of("REGULAR", "TRIAL"),
    sequence=WHOLE,
    total_cycles=WHOLE,
    frequency=closed(interval_unit=one_of("DAY", "WEEK", "MONTH", "YEAR"), interval_count=WHOLE),
    pricing_scheme=closed(version=WHOLE, fixed_price=MONEY),
)
PLAN = closed(
    {"description": text()},
    id=PLAN_ID,
    product_id=PRODUCT_ID,
    name=text(),
    status=one_of("CREATED", "INACTIVE", "ACTIVE"),
    quantity_supported={"type": "boolean"},
    billing_cycles=list_of(CYCLE),
    payment_preferences=closed(
        auto_bill_outstanding={"type": "boolean"},
        setup_fee=MONEY,
        setup_fee_failure_action=one_of("CONTINUE", "CANCEL"),
        payment_failure_threshold=WHOLE,
    ),
    create_time=MOMENT,
    update_time=MOMENT,
    links=LINKS,
)
PLANS = closed({"plans": list_of(PLAN), **PAGES}, links=LINKS)
BILLING_INFO = closed(
    {
        "last_payment": closed(amount=MONEY, time=MOMENT),
        "next_billing_time": MOMENT,
        "last_failed_payment": closed(
            {"next_payment_retry_time": MOMENT}, amount=MONEY, time=MOMENT, reason_code=text("[A-Z_]+")
        ),
    },
    outstanding_balance=MONEY,
    cycle_executions=list_of(
        closed(
            tenure_type=one_of("REGULAR", "TRIAL"),
            sequence=WHOLE,
            cycles_completed=WHOLE,
            cycles_remaining=WHOLE,
            current_pricing_scheme_version=WHOLE,
            total_cycles=WHOLE,
        )
    ),
    failed_payments_count=WHOLE,
)
NAME = closed(given_name=text(), surname=text())
SUBSCRIPTION = closed(
    {
        "status_change_note": text(),
        "custom_id": text(),
        "subscriber": closed(email_address=text(".+@.+"), payer_id=ACCOUNT, name=NAME),
        "billing_info": BILLING_INFO,
        "plan": PLAN,
    },
    id=SUBSCRIPTION_ID,
    plan_id=PLAN_ID,
    status=one_of("APPROVAL_PENDING", "APPROVED", "ACTIVE", "SUSPENDED", "CANCELLED", "EXPIRED"),
    status_update_time=MOMENT,
    start_time=MOMENT,
    quantity=text("[1-9][0-9]*"),
    plan_overridden={"type": "boolean"},
    create_time=MOMENT,
    update_time=MOMENT,
    links=LINKS,
)
REVISION = closed(plan_id=PLAN_ID, quantity=text("[1-9][0-9]*"), plan_overridden={"type": "boolean"}, links=LINKS)
SUBSCRIPTION_PAYMENT = closed(
    id=ID,
    status=one_of("COMPLETED", "DECLINED", "PARTIALLY_REFUNDED", "PENDING", "REFUNDED"),
    amount_with_breakdown=closed(gross_amount=MONEY, fee_amount=MONEY, net_amount=MONEY),
    payer_name=NAME,
    payer_email=text(".+@.+"),
    time=MOMENT,
)
SUBSCRIPTION_PAYMENTS = closed(transactions={"type": "array", "items": SUBSCRIPTION_PAYMENT}, links=LINKS)
OLD_MONEY = {"total": text(r"-?\d+(\.\d\d)?"), "currency": text(CURRENCY)}
SALE = closed(
    {"custom": text()},
    id=ID,
    state=one_of("completed", "partially_refunded", "pending", "refunded", "denied"),
    amount=closed(**OLD_MONEY, details=closed(subtotal=text())),
    payment_mode=one_of("INSTANT_TRANSFER"),
    protection_eligibility=one_of("ELIGIBLE", "PARTIALLY_ELIGIBLE", "INELIGIBLE"),
    transaction_fee=closed(value=text(), currency=text(CURRENCY)),
    billing_agreement_id=SUBSCRIPTION_ID,
    create_time=MOMENT,
    update_time=MOMENT,
    links=LINKS,
)
SALE_REFUND = closed(
    {"custom": text(), "invoice_number": text()},
    id=ID,
    state=one_of("pending", "completed", "failed"),
    amount=closed(**OLD_MONEY),
    sale_id=ID,
    create_time=MOMENT,
    update_time=MOMENT,
    links=LINKS,
)
