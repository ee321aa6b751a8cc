"""What a buyer agrees to when a wallet is saved, and for whom it is."""

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal.api.fields import Fields

CUSTOMER_LENGTH, CUSTOMER_PATTERN = 22, "[0-9a-zA-Z_-]+"
NEW_CUSTOMER_LENGTH = 10
DESCRIPTION_LENGTH_MAX = 128
USAGE_TYPES = ("MERCHANT", "PLATFORM")
CHOICES = {
    "customer_type": ("CONSUMER", "BUSINESS"),
    "usage_pattern": (
        "IMMEDIATE", "DEFERRED", "RECURRING_PREPAID", "RECURRING_POSTPAID", "THRESHOLD_PREPAID", "THRESHOLD_POSTPAID",
    ),
}  # fmt: skip
NAMES = ("usage_type", "description", "permit_multiple_payment_tokens", *CHOICES)


def read(fields: Fields) -> JsonObject:
    """The terms, as they are answered later. Raises PayPalError."""
    fields.require("usage_type")
    terms: JsonObject = {
        "usage_type": fields.choice("usage_type", USAGE_TYPES),
        "description": fields.text("description", DESCRIPTION_LENGTH_MAX),
        **{name: fields.choice(name, choices) for name, choices in CHOICES.items()},
    }
    terms["permit_multiple_payment_tokens"] = fields.flag("permit_multiple_payment_tokens")
    return {name: value for name, value in terms.items() if value is not None}


def customer(fields: Fields) -> str:
    """PayPal's id of the shop's customer: the one that is given, or a new one."""
    fields.only("id")
    return fields.text("id", CUSTOMER_LENGTH, CUSTOMER_PATTERN) or new_code(NEW_CUSTOMER_LENGTH)
