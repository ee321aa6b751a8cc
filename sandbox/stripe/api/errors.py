"""Stripe's error objects (https://docs.stripe.com/api/errors)."""

from sandbox.json_types import JsonObject


class StripeError(Exception):
    """An answer other than 200.

    `executed` tells whether execution had begun: then the answer is kept under the idempotency key; a refusal of
    parameters is not (https://docs.stripe.com/api/idempotent_requests).
    """

    def __init__(self, status: int, kind: str, message: str, *, executed: bool = False, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.executed = executed
        self.error: JsonObject = {"type": kind, "message": message}
        self.error |= {name: value for name, value in more.items() if value is not None}

    def body(self) -> JsonObject:
        """As it travels."""
        return {"error": self.error}


def invalid(message: str, *, code: str | None = None, param: str | None = None) -> StripeError:
    """400: the parameters cannot be used; nothing was executed."""
    return StripeError(400, "invalid_request_error", message, code=code, param=param)


def missing(param: str) -> StripeError:
    """400: a required parameter is absent."""
    return invalid(f"Missing required param: {param}.", code="parameter_missing", param=param)


def not_found(kind: str, record_id: str, param: str = "id") -> StripeError:
    """404: the path names nothing."""
    message = f"No such {kind}: '{record_id}'"
    return StripeError(404, "invalid_request_error", message, code="resource_missing", param=param)


def no_such(kind: str, record_id: str, param: str) -> StripeError:
    """400: a parameter names nothing."""
    return invalid(f"No such {kind}: '{record_id}'", code="resource_missing", param=param)


def conflict(message: str, code: str, **more: object) -> StripeError:
    """400: the object is in a state that does not allow it. Execution had begun."""
    return StripeError(400, "invalid_request_error", message, executed=True, code=code, **more)


def card_error(error: JsonObject, param: str | None = None, **more: object) -> StripeError:
    """402: the card was refused, for the reason that the error object tells. Execution had begun."""
    details = {name: value for name, value in error.items() if name not in ("message", "type")}
    return StripeError(402, "card_error", error["message"], executed=True, **{**details, "param": param, **more})


def unauthorized(message: str) -> StripeError:
    """401."""
    return StripeError(401, "invalid_request_error", message)


def too_many_requests() -> StripeError:
    """429 of the rate limiter."""
    message = "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits."
    return StripeError(429, "invalid_request_error", message, code="rate_limit")


def server_error(*, executed: bool) -> StripeError:
    """500."""
    message = "An unknown error occurred (played by the sandbox)."
    return StripeError(500, "api_error", message, executed=executed)


def key_mismatch(key: str) -> StripeError:
    """400: same idempotency key, other request."""
    message = (
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request."
    )
    return StripeError(400, "idempotency_error", message)


def key_in_use(key: str) -> StripeError:
    """409: the same key is being executed."""
    message = f"There is currently another in-progress request using this Idempotent Key: {key}"
    return StripeError(409, "invalid_request_error", message, code="idempotency_key_in_use")
