"""Where the buyer comes back to, and what the approval page looks like."""

from urllib.parse import urlsplit

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors
from sandbox.paypal.api.fields import Fields

URL_LENGTH_MAX = 4_000
LOCALE = "[a-z]{2}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?"
CHOICES = {
    "shipping_preference": ("GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"),
    "user_action": ("CONTINUE", "PAY_NOW"),
    "landing_page": ("LOGIN", "GUEST_CHECKOUT", "NO_PREFERENCE", "BILLING"),
    "payment_method_preference": ("UNRESTRICTED", "IMMEDIATE_PAYMENT_REQUIRED"),
}


def read(fields: Fields, *more: str) -> JsonObject:
    """What is kept of an experience context, which may have more fields than these. Raises PayPalError."""
    fields.only("brand_name", "locale", "return_url", "cancel_url", *CHOICES, *more)
    fields.text("locale", 10, LOCALE)
    chosen = {name: fields.choice(name, choices) for name, choices in CHOICES.items()}
    return {
        "brand_name": fields.text("brand_name"),
        "return_url": _web_address(fields, "return_url"),
        "cancel_url": _web_address(fields, "cancel_url"),
        "user_action": chosen["user_action"] or "CONTINUE",
    }


def _web_address(fields: Fields, name: str) -> str | None:
    text = fields.text(name, URL_LENGTH_MAX)
    if text is None:
        return None
    try:
        address = urlsplit(text)
        is_one = address.scheme in ("http", "https") and bool(address.hostname)
    except ValueError:
        is_one = False
    if not is_one:
        raise errors.invalid("INVALID_PARAMETER_SYNTAX", fields.pointer(name), "Not a web address.", text[:100])
    return text
