"""What an operator may see of stored data: enough to find a fault, and nobody's name or address."""

import json
from typing import Any

from logs import MASK, redact, redact_text

# as our commands and the gateways' objects call them
PERSONAL = frozenset({
    "name", "email", "billing_email", "phone", "owner", "address", "billing_address", "shipping", "line1", "line2",
    "city", "postal_code", "region", "state", "tax_id", "tax_ids", "ip_address", "last4", "individual_name",
    "business_name", "customer_email", "customer_name", "customer_phone", "customer_address", "customer_tax_ids",
    "customer_shipping", "customer_details", "billing_details", "receipt_email", "success_url", "cancel_url", "url",
})  # fmt: skip
DEPTH_MAX = 40  # a gateway's objects have a dozen levels
TOO_DEEP = "(nested too deeply to be shown)"


def masked(value: Any, depth: int = 0) -> Any:
    """The same shape, personal data replaced; keys, ids, amounts and statuses stay (`state` is of an address)."""
    if depth > DEPTH_MAX and isinstance(value, dict | list):
        return TOO_DEEP
    if isinstance(value, dict):
        return {key: _hidden(item) if key in PERSONAL else masked(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, depth + 1) for item in value]
    return redact(value)


def masked_text(text: str) -> Any:
    """The same of JSON as it was sent; what is none is a masked text."""
    try:
        return masked(json.loads(text))
    except RecursionError:
        return TOO_DEEP
    except ValueError:
        return redact_text(text)


def _hidden(value: Any) -> Any:
    """Whether there is something is told, not what."""
    return MASK if value not in (None, "", [], {}) else value
