"""Every error that PayPal documents, in our three families. A test walks the names of the published contracts.

https://developer.paypal.com/api/rest/responses/#failed-requests: an error has a `name` for its kind and `details`, each
with an `issue`, which is the finer word. `Rejected.code` is that word in small letters.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import requests

from billing.errors import BillingError, Rejected, Unavailable
from gateways.connections import retry_after_seconds, was_never_sent
from gateways.paypal.answers import Answer, loaded
from gateways.paypal.shapes import NOTHING, Json, items_of, link, text

STABLE_CODE = re.compile(r"[a-z0-9_]{1,64}")
NOT_FOUND = "resource_not_found"
REFUSED = "invalid_request"

# The buyer's money did not come, whatever we ask: another way of paying, or another buyer, may bring it.
DECLINED = frozenset({
    "AGREEMENT_ALREADY_CANCELLED", "ALIAS_DECLINED_BY_PROCESSOR", "BILLING_AGREEMENT_NOT_FOUND", "CARD_EXPIRED",
    "COMPLIANCE_VIOLATION", "DECLINED_DUE_TO_RELATED_TXN", "DOMESTIC_TRANSACTION_REQUIRED",
    "INSTRUMENT_DECLINED", "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED", "PAYEE_BLOCKED_TRANSACTION",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED", "PAYER_ACCOUNT_RESTRICTED", "PAYER_ACTION_REQUIRED", "PAYER_CANNOT_PAY",
    "PAYMENT_SOURCE_CANNOT_BE_USED", "PAYMENT_SOURCE_DECLINED_BY_PROCESSOR", "PAYMENT_SOURCE_INFO_CANNOT_BE_VERIFIED",
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING", "REFERENCED_CARD_EXPIRED", "TOKEN_EXPIRED", "TOKEN_ID_NOT_FOUND",
    "TRANSACTION_BLOCKED_BY_PAYEE", "TRANSACTION_LIMIT_EXCEEDED", "TRANSACTION_REFUSED",
})  # fmt: skip
# as refusals name them
DECLINES = frozenset(issue.lower() for issue in DECLINED)

# A payment, or a refund, of this number was made before. Ours end in the attempt, or are the refund's: no decline.
MADE_BEFORE = "duplicate_invoice_id"

# Faults in our set-up. The request itself is sound and succeeds once a person has put the account right, so it is
# retried and then parked with an alarm: an account restricted on a Friday must not refuse a weekend of payments.
MISCONFIGURED = frozenset({
    "AUTH_CAPTURE_NOT_ENABLED", "CARD_SUBSCRIPTIONS_NOT_ENABLED", "CONSENT_NEEDED", "INVALID_ACCOUNT_STATUS",
    "NOT_ELIGIBLE_FOR_PAYPAL_TRANSACTION_ID_PROCESSING", "NOT_ELIGIBLE_FOR_PNREF_PROCESSING",
    "NOT_ELIGIBLE_FOR_TOKEN_PROCESSING", "NOT_ENABLED_FOR_APPLE_PAY", "NOT_ENABLED_FOR_BANK_PROCESSING",
    "NOT_ENABLED_FOR_CARD_PROCESSING", "NOT_ENABLED_FOR_GOOGLE_PAY", "NOT_ENABLED_TO_VAULT_PAYMENT_SOURCE",
    "PAYEE_ACCOUNT_INVALID", "PAYEE_ACCOUNT_LOCKED_OR_CLOSED", "PAYEE_ACCOUNT_NOT_VERIFIED",
    "PAYEE_ACCOUNT_RESTRICTED", "PAYEE_NOT_ENABLED_FOR_BANK_PROCESSING", "PAYEE_NOT_ENABLED_FOR_CARD_PROCESSING",
    "PERMISSION_DENIED", "PLATFORM_FEE_NOT_ENABLED", "REFUND_FAILED_INSUFFICIENT_FUNDS", "SETUP_ERROR_FOR_BANK",
    "TRANSACTION_RECEIVING_LIMIT_EXCEEDED", "USER_ACCOUNT_CLOSED",
})  # fmt: skip

# Another request is being executed, perhaps the same one.
BUSY = frozenset({"ORDER_COMPLETION_IN_PROGRESS", "PREVIOUS_REQUEST_IN_PROGRESS"})

# The same key with another body, in the word that all our vendors have for it.
OTHER_BODY = "PAYPAL_REQUEST_ID_PREVIOUSLY_USED"
KEY_REUSED = "idempotency_key_reused"

# A list of more than ten thousand; the one refusal that has no issue, and not only a kind for its name
# (https://github.com/airbytehq/airbyte/issues/70968).
TOO_MANY = "RESULTSET_TOO_LARGE"

# Statuses of a refusal before anything was done; of any other of 4xx we have not heard, and it is not taken for one.
REFUSALS = frozenset({400, 404, 422})


class Busy(Unavailable):
    """Another request for the same is being executed, perhaps the same one."""


class Refused(Rejected):
    """A refusal of PayPal's. On `page_url`, where there is one, the buyer can put it right."""

    def __init__(self, code: str, detail: str, status: int, page_url: str = "") -> None:
        super().__init__(code, detail, status)
        self.page_url = page_url


def family_of(answer: Answer) -> BillingError:
    """The error in our words.

    An issue that PayPal adds later, under a status that refuses, is Rejected: PayPal checks before it acts, so nothing
    was done, and the same request would be refused again. An answer that is none of PayPal's is Unavailable.
    """
    error = _error_in(answer)
    issues = _issues(error)
    if answer.status == 409 or BUSY.intersection(issues):
        return _unavailable("is busy with another request", answer, ambiguous=True, family=Busy)
    if answer.status in (401, 403) or MISCONFIGURED.intersection(issues):
        return _refused_us(error, issues, answer)
    if answer.status == 429:
        return _unavailable("asks us to slow down", answer)
    if answer.status in REFUSALS and error:
        return _rejected(answer, error, issues)
    return _unavailable("gave no usable answer", answer, ambiguous=not 400 <= answer.status < 500)


def no_answer(error: requests.RequestException) -> Unavailable:
    """A request without an answer; ambiguous unless it surely was never sent."""
    return Unavailable(f"PayPal gave no answer ({type(error).__name__})", ambiguous=not was_never_sent(error))


def _unavailable(
    what: str, answer: Answer, *, ambiguous: bool = False, family: type[Unavailable] = Unavailable
) -> Unavailable:
    wait_seconds = retry_after_seconds(answer.headers)
    return family(f"PayPal {what}; {_trace(answer)}", ambiguous=ambiguous, retry_after_seconds=wait_seconds)


def _refused_us(error: Json, issues: Sequence[str], answer: Answer) -> Unavailable:
    """A token is refused by OAuth's own kind of error (https://www.rfc-editor.org/rfc/rfc6749#section-5.2)."""
    if named := text(_content(answer), "error"):
        check = "check api_key, api_secret, and that both are of PAYPAL_ENVIRONMENT"
        return _unavailable(f"refuses our key ({named}): {check}", answer)
    return _unavailable(f"refuses our key or account ({_named(error, issues)})", answer)


def _rejected(answer: Answer, error: Json, issues: Sequence[str]) -> Refused:
    first = next((detail for detail in items_of(error, "details") if text(detail, "issue")), NOTHING)
    told = text(first, "description") or text(error, "message") or "PayPal refused the request"
    if answer.status == 404:
        return Refused(NOT_FOUND, f"{told} ({_trace(answer)})", 404)
    if OTHER_BODY in issues:
        return Refused(KEY_REUSED, f"{told} ({_trace(answer)})", 409)
    declined = next((issue for issue in issues if issue in DECLINED), "")
    code = (declined or next(iter(issues), "")).lower()
    status = 402 if declined else 422
    code = code if STABLE_CODE.fullmatch(code) else REFUSED
    return Refused(code, f"{told} ({_trace(answer)})", status, link(error, "redirect"))


def _error_in(answer: Answer) -> Json:
    """The error object; empty for what is none, as of a proxy in between."""
    error = _content(answer)
    return error if text(error, "name") else NOTHING


def _content(answer: Answer) -> Json:
    try:
        content: Any = loaded(answer)
    except Unavailable:
        return NOTHING
    return content if isinstance(content, Mapping) else NOTHING


def _issues(error: Json) -> list[str]:
    told = [issue for detail in items_of(error, "details") if (issue := text(detail, "issue"))]
    return told or [name for name in (text(error, "name"),) if name == TOO_MANY]


def _named(error: Json, issues: Sequence[str]) -> str:
    return next(iter(issues), "") or text(error, "name") or "no name"


def _trace(answer: Answer) -> str:
    """What PayPal's support asks for; nothing of the request, which holds secrets."""
    return f"HTTP {answer.status}, debug id {answer.headers.get('PayPal-Debug-Id', '-')}"
