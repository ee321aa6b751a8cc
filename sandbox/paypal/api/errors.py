"""PayPal's error objects (https://developer.paypal.com/api/rest/responses/), and those of its OAuth door."""

from sandbox.json_types import JsonObject

# by status: the name and the message that every error of it bears
FAMILIES = {
    400: ("INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."),
    401: (
        "AUTHENTICATION_FAILURE",
        "Authentication failed due to missing authorization header, or invalid authentication credentials.",
    ),
    403: ("NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    405: ("METHOD_NOT_SUPPORTED", "The server does not implement the requested HTTP method."),
    409: ("RESOURCE_CONFLICT", "The server has detected a conflict while processing this request."),
    413: ("REQUEST_TOO_LARGE", "The request payload is too large."),
    415: ("UNSUPPORTED_MEDIA_TYPE", "The server does not support the request payload's media type."),
    422: (
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business validation.",
    ),
    429: ("RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error occurred."),
}
INFORMATION = "https://developer.paypal.com/api/rest/responses/#error-"


class Refusal(Exception):
    """An answer that is no success."""

    status: int

    def body(self, debug_id: str) -> JsonObject:
        """As it travels."""
        raise NotImplementedError


class PayPalError(Refusal):
    """Of the family that its status stands for; `details` tell the issues, `links` what the buyer can do."""

    def __init__(self, status: int, *details: JsonObject, links: tuple[JsonObject, ...] = ()) -> None:
        self.name, self.message = FAMILIES[status]
        self.status = status
        self.details = details
        self.links = links
        super().__init__(f"{self.name} {[detail['issue'] for detail in details]}")

    def body(self, debug_id: str) -> JsonObject:
        """As it travels."""
        about = {"href": INFORMATION + self.name, "rel": "information_link", "method": "GET"}
        told: JsonObject = {"name": self.name, "message": self.message, "debug_id": debug_id}
        if self.details:
            told["details"] = list(self.details)
        return {**told, "links": [*self.links, about]}


class TokenError(Refusal):
    """What the OAuth door answers, and the API to a token that is not valid (RFC 6749 5.2, RFC 6750 3.1)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description

    def body(self, debug_id: str) -> JsonObject:
        """As it travels."""
        return {"error": self.error, "error_description": self.description}


def invalid(issue: str, field: str, description: str, value: str | None = None, location: str = "body") -> PayPalError:
    """400: the request itself cannot be used; `field` is a JSON pointer."""
    about = {"value": value} if value is not None else {}
    return PayPalError(400, {"field": field, **about, "location": location, "issue": issue, "description": description})


def impossible(issue: str, description: str, field: str = "", *, links: tuple[JsonObject, ...] = ()) -> PayPalError:
    """422: well-formed, yet it cannot be done."""
    about = {"field": field, "location": "body"} if field else {}
    return PayPalError(422, {**about, "issue": issue, "description": description}, links=links)


def not_found(record_id: str, variable: str = "id") -> PayPalError:
    """404: the path names nothing, or nothing any more."""
    description = "Specified resource ID does not exist. Please check the resource ID and try again."
    where = {"field": variable, "value": record_id[:100], "location": "path"}
    return PayPalError(404, {**where, "issue": "INVALID_RESOURCE_ID", "description": description})


def in_progress() -> PayPalError:
    """409: another request with the same id is being executed."""
    description = "A previous request on this resource is currently in progress. Please wait and try again."
    return PayPalError(409, {"issue": "PREVIOUS_REQUEST_IN_PROGRESS", "description": description})
