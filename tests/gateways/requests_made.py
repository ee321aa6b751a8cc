"""Requests as Cashbeat writes them, one of each kind."""

from datetime import UTC, datetime

from schemas.facts.customers import CustomerRequest, SetupRequest
from schemas.facts.payments import ChargeRequest, CheckoutRequest
from schemas.facts.reversals import RefundRequest
from schemas.facts.subscriptions import SubscriptionCheckoutRequest
from schemas.facts.terms import CouponRequest, PriceRequest, TaxRateRequest

ATTEMPT = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"
SUBSCRIPTION_ID = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a20"
ACCOUNT = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a00"
THANKS = "https://app.example.com/thanks"
CANCELED = "https://app.example.com/canceled"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)

CHECKOUT = CheckoutRequest(
    attempt_id=ATTEMPT,
    idempotency_key=f"checkout/{ATTEMPT}",
    currency="USD",
    lines=(("Value: 2,000 credits", 1, 2999),),
    customer_ref="",
    customer_email="owner@example.com",
    success_url=THANKS,
    cancel_url=CANCELED,
    expires_at=NOON,
)
CUSTOMER = CustomerRequest(
    account_id=ACCOUNT,
    idempotency_key=f"customer/{ACCOUNT}",
    name="Example Ltd",
    email="owner@example.com",
    clock_ref="clock_1",
)
SETUP = SetupRequest(
    account_id=ACCOUNT,
    idempotency_key=f"setup/{ACCOUNT}",
    customer_ref="cus_1",
    currency="USD",
    success_url=THANKS,
    cancel_url=CANCELED,
)
CHARGE = ChargeRequest(
    attempt_id=ATTEMPT,
    idempotency_key=f"charge/{ATTEMPT}",
    amount_minor=2999,
    currency="USD",
    customer_ref="cus_1",
    card_ref="pm_1",
    description="Pro, November 2026",
)
REFUND = RefundRequest(refund_id="1", idempotency_key="1", payment_ref="pi_1", amount_minor=1_000, currency="USD")
PRICE = PriceRequest(price_id="pro_monthly_usd", product="Pro", currency="USD", amount_minor=2999, interval="month")
TAX = TaxRateRequest(country="US", name="Sales tax", rate_ppm=88_750)
COUPON = CouponRequest(coupon_id="autumn", name="Autumn", percent_ppm=125_000, amount_minor=0, currency="", periods=3)
SUBSCRIPTION = SubscriptionCheckoutRequest(
    subscription_id=SUBSCRIPTION_ID,
    idempotency_key=f"subscription/{SUBSCRIPTION_ID}",
    customer_ref="cus_1",
    customer_email="",
    prices=(("price_1", 1), ("price_2", 3)),
    trial_days=14,
    coupon_ref="cashbeat_autumn",
    success_url=THANKS,
    cancel_url=CANCELED,
    expires_at=NOON,
)
