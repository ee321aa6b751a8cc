"""Why cards do not pay: Stripe's words for every decline code (https://docs.stripe.com/declines/codes)."""

from dataclasses import dataclass

from sandbox.json_types import JsonObject

DOCUMENTATION = "https://stripe.com/docs/error-codes/"
DECLINED = "Your card was declined."
UNSUPPORTED = "Your card does not support this type of purchase."

# https://docs.stripe.com/error-codes: decline codes that are error codes of their own; any other is `card_declined`
OWN_ERROR_CODE = frozenset(["authentication_required", "expired_card", "incorrect_cvc", "processing_error"])
OWN_ERROR_CODE |= {"incorrect_number", "incorrect_zip", "incorrect_address"}
OWN_ERROR_CODE |= {"invalid_cvc", "invalid_expiry_month", "invalid_expiry_year", "invalid_number"}

MESSAGES = {
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "card_not_supported": UNSUPPORTED,
    "card_velocity_exceeded": (
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."
    ),
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "incorrect_number": "Your card number is incorrect.",
    "incorrect_zip": "Your card's postal code is incorrect.",
    "insufficient_funds": "Your card has insufficient funds.",
    "invalid_account": "Invalid account.",
    "invalid_cvc": "Your card's security code is invalid.",
    "invalid_expiry_month": "Your card's expiration month is invalid.",
    "invalid_expiry_year": "Your card's expiration year is invalid.",
    "invalid_number": "Your card number is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "transaction_not_allowed": UNSUPPORTED,
}
# all others of the page above: a plain "declined" to the buyer
UNEXPLAINED = frozenset(
    [
        "approve_with_id",
        "authentication_not_handled",
        "call_issuer",
        "currency_not_supported",
        "do_not_honor",
        "do_not_try_again",
        "duplicate_transaction",
        "fraudulent",
        "generic_decline",
        "incorrect_address",
        "incorrect_pin",
        "invalid_amount",
        "invalid_pin",
        "issuer_not_available",
        "lost_card",
        "merchant_blacklist",
        "mobile_device_authentication_required",
        "new_account_information_available",
        "no_action_taken",
        "not_permitted",
        "offline_pin_required",
        "online_or_offline_pin_required",
        "pickup_card",
        "pin_try_exceeded",
        "reenter_transaction",
        "restricted_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "security_violation",
        "service_not_allowed",
        "stolen_card",
        "stop_payment_order",
        "testmode_decline",
        "try_again_later",
        "withdrawal_count_limit_exceeded",
    ]
)
CODES = UNEXPLAINED | MESSAGES.keys()

# https://docs.stripe.com/declines#retrying-issuer-declines
GIVE_UP = frozenset(
    [
        "do_not_try_again",
        "lost_card",
        "pickup_card",
        "restricted_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "stolen_card",
        "stop_payment_order",
    ]
)
CONFIRM_DATA = frozenset(
    [
        "expired_card",
        "incorrect_cvc",
        "incorrect_number",
        "incorrect_zip",
        "invalid_account",
        "invalid_cvc",
        "invalid_expiry_month",
        "invalid_expiry_year",
        "invalid_number",
        "new_account_information_available",
    ]
)
TRY_LATER = frozenset(
    [
        "card_velocity_exceeded",
        "insufficient_funds",
        "issuer_not_available",
        "processing_error",
        "reenter_transaction",
        "try_again_later",
        "withdrawal_count_limit_exceeded",
    ]
)


@dataclass(frozen=True, slots=True)
class Decline:
    """`code` is Stripe's error code, `decline_code` the issuer's reason, `message` what the buyer is told."""

    code: str
    decline_code: str
    message: str

    @property
    def advice_code(self) -> str | None:
        """Stripe's advice on trying again, if it has any."""
        if self.decline_code in GIVE_UP:
            return "do_not_try_again"
        if self.decline_code in CONFIRM_DATA:
            return "confirm_card_data"
        return "try_again_later" if self.decline_code in TRY_LATER else None

    def error(self) -> JsonObject:
        """The error object of this decline, as far as it does not depend on the payment."""
        shape: JsonObject = {"code": self.code, "decline_code": self.decline_code, "message": self.message}
        shape |= {"doc_url": DOCUMENTATION + self.code.replace("_", "-"), "type": "card_error"}
        return shape | ({"advice_code": self.advice_code} if self.advice_code else {})


def of_code(decline_code: str) -> Decline:
    """What Stripe says when the issuer gives this reason. Raises LookupError for a code that Stripe does not have."""
    if decline_code not in CODES:
        raise LookupError(f"Stripe has no decline code {decline_code!r}")
    code = decline_code if decline_code in OWN_ERROR_CODE else "card_declined"
    return Decline(code, decline_code, MESSAGES.get(decline_code, DECLINED))


AUTHENTICATION_REQUIRED = of_code("authentication_required")
