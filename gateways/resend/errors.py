"""Every error that Resend documents, in our families. A test compares the table with the resend package's.

https://resend.com/docs/api-reference/errors. The names are Resend's `name` field; where one name comes with several
statuses, the status decides first.
"""

from collections.abc import Mapping

from requests.structures import CaseInsensitiveDict
from resend.exceptions import ResendError

from billing.errors import BillingError, Rejected, Unavailable
from gateways.connections import retry_after_seconds, was_never_sent

# what the package calls every failure of its transport; the transport's own error is its context
NO_ANSWER = "HttpClientError"

# The e-mail or its key can never be accepted as it is.
REJECTED = frozenset(
    {
        "invalid_idempotency_key",
        "validation_error",
        "not_found",
        "method_not_allowed",
        "invalid_attachment",
        "invalid_from_address",
        "invalid_access",
        "invalid_parameter",
        "invalid_region",
        "missing_required_field",
        "missing_required_fields",
        "security_error",
    }
)

# Another e-mail was accepted under the key (https://resend.com/docs/dashboard/emails/idempotency-keys).
KEY_SENT_ANOTHER = "invalid_idempotent_request"

# Faults in our set-up: the same e-mail goes out once a person has put the key or the sending domain right.
MISCONFIGURED = frozenset({"missing_api_key", "restricted_api_key", "invalid_api_key"})

# Turned away before anything was sent.
THROTTLED = frozenset({"rate_limit_exceeded", "daily_quota_exceeded", "monthly_quota_exceeded"})

# The same key is being worked on, or the vendor failed in the middle: it may have been sent.
UNANSWERED = frozenset({"concurrent_idempotent_requests", "application_error", "internal_server_error"})

# 403 is also the answer to a sending domain that is not verified (yet), under the name of a validation error.
MISCONFIGURED_STATUS = frozenset({401, 403})
THROTTLED_STATUS = frozenset({408, 425, 429})


def in_our_words(error: ResendError) -> BillingError:
    """What the package raised, of which family it is and whether an e-mail may have gone out."""
    if error.error_type == NO_ANSWER:
        cause = error.__context__
        return Unavailable(f"Resend gave no answer ({type(cause).__name__})", ambiguous=not was_never_sent(cause))
    status = int(error.code) if str(error.code).isdecimal() else 0
    return family_of(status, str(error.error_type), str(error.message), CaseInsensitiveDict(error.headers))


def family_of(status: int, name: str, message: str, headers: Mapping[str, str]) -> BillingError:
    """An answer that is not a success, in our words. An undocumented name is judged by its status alone."""
    wait_seconds = retry_after_seconds(headers)
    if name in THROTTLED or status in THROTTLED_STATUS:
        return Unavailable(f"Resend asks us to slow down ({name or status})", retry_after_seconds=wait_seconds)
    if name in MISCONFIGURED or status in MISCONFIGURED_STATUS:
        return Unavailable(f"Resend refuses our key or domain ({name or status})")
    if name in REJECTED or (name not in UNANSWERED and 400 <= status < 500):
        return Rejected(name or "email_refused", message or f"Resend refused the e-mail (HTTP {status})")
    return Unavailable(
        f"Resend gave no usable answer ({name or status})", ambiguous=True, retry_after_seconds=wait_seconds
    )
