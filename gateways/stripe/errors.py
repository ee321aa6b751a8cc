"""Every exception of the stripe package, in our three families. A test walks the package and fails on a gap.

https://docs.stripe.com/error-handling tells what each one means.
"""

import re
from collections.abc import Mapping

import stripe
from stripe import oauth_error
from stripe._error import StripeErrorWithParamCode  # the base of two, not exported

from billing.errors import BillingError, Rejected, Unavailable
from gateways.connections import retry_after_seconds, was_never_sent

STABLE_CODE = re.compile(r"[a-z0-9_]{1,64}")
NOT_FOUND = "resource_missing"

# A refusal that repeating cannot change: our code (unless Stripe names a finer one) and the status the API shows.
REJECTED: Mapping[type[stripe.StripeError], tuple[str, int]] = {
    stripe.CardError: ("card_declined", 402),
    stripe.InvalidRequestError: ("invalid_request", 422),
    StripeErrorWithParamCode: ("invalid_request", 422),
    stripe.IdempotencyError: ("idempotency_key_reused", 409),
    stripe.SignatureVerificationError: ("signature_refused", 400),
    stripe.AlreadyCanceledError: ("already_canceled", 409),
    stripe.BlockedByStripeError: ("blocked_by_gateway", 422),
    stripe.CannotProceedError: ("cannot_proceed", 422),
    stripe.ControlledByAlternateResourceError: ("controlled_by_alternate_resource", 422),
    stripe.FinancialAccountNotOpenError: ("financial_account_not_open", 422),
    stripe.FxQuoteNeedsRefreshError: ("fx_quote_needs_refresh", 422),
    stripe.InsufficientFundsError: ("insufficient_funds", 402),
    stripe.InvalidPaymentMethodError: ("invalid_payment_method", 422),
    stripe.InvalidPayoutMethodError: ("invalid_payout_method", 422),
    stripe.InvalidVaultedCredentialError: ("invalid_vaulted_credential", 422),
    stripe.NotCancelableError: ("not_cancelable", 409),
    stripe.RecipientNotNotifiableError: ("recipient_not_notifiable", 422),
    stripe.TemporarySessionExpiredError: ("temporary_session_expired", 422),
    stripe.VerificationAttemptFailedError: ("verification_attempt_failed", 422),
    stripe.VerificationExpiredError: ("verification_expired", 422),
    stripe.VerificationNotInitiatedError: ("verification_not_initiated", 422),
}

# Faults in our set-up. The request itself is sound and succeeds once a person has put the key or the account right, so
# it is retried and then parked with an alarm: a wrong key on a Friday must not refuse a weekend of payments for good.
MISCONFIGURED: frozenset[type[stripe.StripeError]] = frozenset(
    {
        stripe.AuthenticationError,
        stripe.PermissionError,
        stripe.CapabilityNotEnabledError,
        stripe.FeatureNotEnabledError,
        oauth_error.OAuthError,
        oauth_error.InvalidClientError,
        oauth_error.InvalidGrantError,
        oauth_error.InvalidRequestError,
        oauth_error.InvalidScopeError,
        oauth_error.UnsupportedGrantTypeError,
        oauth_error.UnsupportedResponseTypeError,
    }
)

# Turned away before anything was done: too many requests, or the object is locked by another one.
THROTTLED: frozenset[type[stripe.StripeError]] = frozenset({stripe.RateLimitError, stripe.QuotaExceededError})

# No usable answer; whether Stripe acted depends on how far the request came.
UNANSWERED: frozenset[type[stripe.StripeError]] = frozenset({stripe.APIConnectionError, stripe.APIError})


def family_of(error: stripe.StripeError) -> BillingError:
    """The error in our words. A class that Stripe adds later counts as no answer, the most careful reading."""
    kind = type(error)
    if kind in REJECTED:
        return _rejected(error, *REJECTED[kind])
    if kind in MISCONFIGURED:
        return Unavailable(f"Stripe refuses our key or account ({kind.__name__}); {_trace(error)}")
    wait_seconds = retry_after_seconds(_headers(error))
    if kind in THROTTLED:
        return Unavailable(f"Stripe asks us to slow down; {_trace(error)}", retry_after_seconds=wait_seconds)
    return Unavailable(
        f"Stripe gave no usable answer ({type(error.__cause__ or error).__name__}); {_trace(error)}",
        ambiguous=_may_have_acted(error),
        retry_after_seconds=wait_seconds,
    )


def _rejected(error: stripe.StripeError, code: str, status: int) -> Rejected:
    finer = _named_code(error)
    if finer == NOT_FOUND and error.http_status == 404:
        status = 404
    return Rejected(finer or code, f"{error.user_message or 'Stripe refused the request'} ({_trace(error)})", status)


def _named_code(error: stripe.StripeError) -> str:
    """The finest word Stripe has for it, if it is fit to be a stable code."""
    body = error.json_body
    named = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(named, Mapping):
        return ""
    code = named.get("decline_code") or named.get("code")
    return code if isinstance(code, str) and STABLE_CODE.fullmatch(code) else ""


def _may_have_acted(error: stripe.StripeError) -> bool:
    """A 4xx is refused before execution, except 409: another request, perhaps the same one, is being executed."""
    if isinstance(error, stripe.APIConnectionError):
        return not was_never_sent(error.__cause__)
    status = error.http_status or 0
    return status == 409 or not 400 <= status < 500


def _headers(error: stripe.StripeError) -> Mapping[str, str]:
    """stripe-python puts the headers where the body belongs when an answer was not JSON, as of a proxy's 503."""
    if error.headers:
        return error.headers
    misplaced = error.json_body
    return misplaced if isinstance(misplaced, Mapping) else {}


def _trace(error: stripe.StripeError) -> str:
    return f"HTTP {error.http_status or '-'}, request {error.request_id or '-'}"
