"""Negative testing: an error on demand, by a header of the request
(https://developer.paypal.com/tools/sandbox/negative-testing/request-headers/).
"""

import orjson

from sandbox.paypal.api.call import Action
from sandbox.paypal.api.errors import FAMILIES, PayPalError, not_found

HEADER = "paypal-mock-response"
CODES = "mock_application_codes"
PLAYED = "Played by the sandbox, as PayPal-Mock-Response asked."
# of the errors that any action may meet, those that this header can ask for
STATUSES = {name: status for status, (name, _) in FAMILIES.items() if status in (403, 404, 409, 500)}


def refuse(action: Action, header: str | None) -> None:
    """Raises PayPalError when the header names an error that this action can meet; else nothing happens."""
    code = _code(header)
    if action.mocks is None or not code:
        return
    if code in action.mocks:
        raise PayPalError(422, {"issue": code, "description": PLAYED})
    status = STATUSES.get(code)
    if status == 404:
        raise not_found("mock")
    if status:
        raise PayPalError(status)


def _code(header: str | None) -> str:
    try:
        wanted = orjson.loads(header or "{}")
    except orjson.JSONDecodeError:
        return ""
    code = wanted.get(CODES) if isinstance(wanted, dict) else None
    return code if isinstance(code, str) else ""
