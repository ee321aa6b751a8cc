"""What PayPal takes of a payment. It keeps it when the payment is refunded."""

from sandbox.paypal.api.money import WHOLE, WITHOUT_MINOR, Amount

# a usual price: 3.49 % and 49 cents, so that net and gross differ as they do in life
PER_TEN_THOUSAND = 349
FIXED_MINOR = 49


def of_payment(amount: Amount) -> Amount:
    """In the currency of the payment, rounded half up to what that currency has; never more than the payment."""
    step = 100 if amount.currency in WHOLE - WITHOUT_MINOR else 1
    parts = amount.minor * PER_TEN_THOUSAND + FIXED_MINOR * 10_000
    return Amount(min((2 * parts + 10_000 * step) // (20_000 * step) * step, amount.minor), amount.currency)
