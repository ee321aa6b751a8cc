"""How a capture ends, as the buyer's way to pay has it."""

from collections.abc import Mapping

from sandbox.json_types import JsonObject
from sandbox.paypal.api import issues

COMPLETE, PENDING, DECLINED = "COMPLETE", "PENDING", "DECLINED"
# https://developer.paypal.com/docs/api/payments/v2/#captures_get, status_details
REASONS = (
    "BUYER_COMPLAINT", "CHARGEBACK", "ECHECK", "INTERNATIONAL_WITHDRAWAL", "OTHER", "PENDING_REVIEW",
    "RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION", "TRANSACTION_APPROVED_AWAITING_FUNDING", "UNILATERAL",
    "VERIFICATION_REQUIRED",
)  # fmt: skip
REASON_DEFAULT = "ECHECK"
ENDS = ("complete", "deny")
# ten years: longer waits are typing errors
AFTER_SECONDS_MAX = 10 * 365 * 24 * 60 * 60
GOOD: JsonObject = {"name": COMPLETE}


class NoOutcome(ValueError):
    """Not a way in which a capture can end; the message says why."""


def read(wishes: Mapping[str, object]) -> JsonObject:
    """From `outcome` (a word, or an issue that PayPal documents for a capture), and for a pending one `reason`, `then`
    and `after_seconds`. Raises NoOutcome.
    """
    name = str(wishes.get("outcome", COMPLETE)).upper()
    if name not in (COMPLETE, PENDING, DECLINED) and name not in issues.CAPTURE:
        raise NoOutcome("`outcome` must be `complete`, `pending`, `declined` or an issue of a capture.")
    return {"name": name, **_pending(wishes)} if name == PENDING else {"name": name}


def _pending(wishes: Mapping[str, object]) -> JsonObject:
    reason, end, wait = wishes.get("reason", REASON_DEFAULT), wishes.get("then"), wishes.get("after_seconds")
    if reason not in REASONS:
        raise NoOutcome(f"`reason` must be one of {', '.join(REASONS)}.")
    if end is not None and end not in ENDS:
        raise NoOutcome("`then` must be `complete` or `deny`.")
    if (end is None) != (wait is None):
        raise NoOutcome("`then` and `after_seconds` go together; without both a person decides.")
    if wait is not None and not (isinstance(wait, int) and 0 <= wait <= AFTER_SECONDS_MAX):
        raise NoOutcome(f"`after_seconds` must be a whole number up to {AFTER_SECONDS_MAX}.")
    return {"reason": reason, "then": end, "after_seconds": wait}
