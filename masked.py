"""What an operator may see of stored data: enough to find a fault, nobody's name or address, and nothing that opens
anything."""

import json
import re
from typing import Any

from logs import MASK, redact, redact_text

# By whatever name: what opens something, a page on which whoever has its address may pay or change cards among it; and
# what could stand for a secret (its hint and hash).
_OPENS = re.compile(
    r"secret|token|password|authorization|cookie|signature|sealed|(api|master)_?key|(^|_)(url|link|hint)$",
    re.IGNORECASE,
)

# as our commands and the gateways' objects call them
PERSONAL = frozenset({
    "name", "email", "billing_email", "phone", "owner", "address", "billing_address", "shipping", "line1", "line2",
    "city", "postal_code", "region", "state", "tax_id", "tax_ids", "ip_address", "last4", "individual_name",
    "business_name", "customer_email", "customer_name", "customer_phone", "customer_address", "customer_tax_ids",
    "customer_shipping", "customer_details", "billing_details", "receipt_email", "invoice_pdf",
    # what people write, and what they hand in
    "to", "recipient", "recipients", "invited_by", "team", "confirm_name", "account_name", "display_name", "slug",
    "description", "instructions", "note", "content",
})  # fmt: skip
DEPTH_MAX = 40  # a gateway's objects have a dozen levels
TOO_DEEP = "(nested too deeply to be shown)"


def masked(value: Any, depth: int = 0) -> Any:
    """The same shape, personal data replaced; keys, ids, amounts and statuses stay (`state` is of an address)."""
    if depth > DEPTH_MAX and isinstance(value, dict | list):
        return TOO_DEEP
    if isinstance(value, dict):
        return {key: _hidden(item) if _hides(key) else masked(item, depth + 1) for key, item in value.items()}
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


def _hides(key: object) -> bool:
    return key in PERSONAL or _OPENS.search(str(key)) is not None


def _hidden(value: Any) -> Any:
    """Whether there is something is told, not what."""
    return MASK if value not in (None, "", [], {}) else value
