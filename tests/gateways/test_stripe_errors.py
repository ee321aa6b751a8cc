"""Every way in which Stripe or the way to it can fail, in our three families."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from stripe import oauth_error

from billing.errors import BillingError, Rejected, Unavailable
from gateways.stripe import errors
from gateways.stripe.client import StripeGateway
from gateways.stripe.errors import family_of
from schemas.facts.payments import CheckoutRequest
from tests.gateways.loopback import ScriptedServer, crowded_port, http_answer, refusing_port, silent_port

FAMILIES: tuple[Any, ...] = (errors.REJECTED, errors.MISCONFIGURED, errors.THROTTLED, errors.UNANSWERED)
SHORT_SECONDS = (0.5, 0.2)
REQUEST = CheckoutRequest(
    attempt_id="0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10",
    idempotency_key="checkout/0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10",
    currency="USD",
    lines=(("Value: 2,000 credits", 1, 2999),),
    customer_ref="",
    customer_email="owner@example.com",
    success_url="https://app.example.com/thanks",
    cancel_url="https://app.example.com/canceled",
    expires_at=datetime(2030, 1, 1, tzinfo=UTC),
)


def all_below(kind: type[stripe.StripeError]) -> Iterator[type[stripe.StripeError]]:
    for below in kind.__subclasses__():
        yield below
        yield from all_below(below)


def test_every_exception_of_the_package_belongs_to_exactly_one_family() -> None:
    assert oauth_error.OAuthError in all_below(stripe.StripeError)  # loaded, so that the walk sees them
    unmapped = {
        kind.__name__ for kind in all_below(stripe.StripeError) if sum(kind in family for family in FAMILIES) != 1
    }
    assert unmapped == set()


def test_each_that_is_retried_names_the_vendor_by_which_its_work_is_found() -> None:
    for error in (stripe.AuthenticationError("?"), stripe.RateLimitError("?"), stripe.APIError("?")):
        assert str(family_of(error)).startswith("Stripe "), error


def test_an_exception_of_tomorrow_counts_as_no_answer() -> None:
    class ErrorOfTomorrow(stripe.StripeError):
        pass

    family = family_of(ErrorOfTomorrow("?"))
    assert isinstance(family, Unavailable)
    assert family.ambiguous


Scripted = Callable[[bytes], ScriptedServer]


def problem(**fields: str) -> bytes:
    """An error as Stripe words it."""
    return json.dumps({"error": fields}).encode()


def failing_checkout(server: ScriptedServer) -> BillingError:
    with pytest.raises((Rejected, Unavailable)) as caught:
        StripeGateway("sk_test_made_up", server.url, SHORT_SECONDS).open_checkout(REQUEST)
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "code", "shown_status"),
    [
        ("402 Payment Required", problem(type="card_error", code="card_declined"), "card_declined", 402),
        (
            "402 Payment Required",
            problem(type="card_error", code="card_declined", decline_code="insufficient_funds"),
            "insufficient_funds",
            402,
        ),
        ("402 Payment Required", problem(type="card_error"), "card_declined", 402),
        ("400 Bad Request", problem(type="invalid_request_error", code="amount_too_small"), "amount_too_small", 422),
        ("400 Bad Request", problem(type="invalid_request_error"), "invalid_request", 422),
        ("400 Bad Request", problem(type="invalid_request_error", code="Not a word!"), "invalid_request", 422),
        ("400 Bad Request", problem(type="invalid_request_error", code="resource_missing"), "resource_missing", 422),
        ("404 Not Found", problem(type="invalid_request_error", code="resource_missing"), "resource_missing", 404),
        ("400 Bad Request", problem(type="idempotency_error"), "idempotency_key_reused", 409),
    ],
)
def test_refusals_are_rejected(scripted: Scripted, status: str, body: bytes, code: str, shown_status: int) -> None:
    error = failing_checkout(scripted(http_answer(status, body, Request_Id="req_7")))
    assert isinstance(error, Rejected)
    assert (error.code, error.status) == (code, shown_status)
    assert "req_7" in error.detail


@pytest.mark.parametrize(
    ("status", "body", "ambiguous"),
    [
        ("401 Unauthorized", problem(type="invalid_request_error"), False),
        ("403 Forbidden", problem(type="invalid_request_error"), False),
        ("409 Conflict", problem(type="idempotency_error", code="idempotency_key_in_use"), True),
        ("429 Too Many Requests", problem(type="invalid_request_error", code="rate_limit"), False),
        ("429 Too Many Requests", problem(type="invalid_request_error", code="lock_timeout"), False),
        ("429 Too Many Requests", b"<html>slow down</html>", False),
        ("500 Internal Server Error", problem(type="api_error"), True),
        ("502 Bad Gateway", b"<html>bad gateway</html>", True),
        ("503 Service Unavailable", b"", True),
        ("200 OK", b"<html>not what you asked for</html>", True),
        ("418 I'm a teapot", b"{}", False),
    ],
)
def test_weather_is_unavailable(scripted: Scripted, status: str, body: bytes, ambiguous: bool) -> None:
    error = failing_checkout(scripted(http_answer(status, body)))
    assert isinstance(error, Unavailable)
    assert error.ambiguous is ambiguous
    assert error.retry_after_seconds is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0.5", 0.5), ("0", 0), ("999999", 3600), ("-1", None), ("nan", None), ("inf", None), ("soon", None)],
)
@pytest.mark.parametrize("body", [problem(type="api_error"), b"<html>"], ids=["json", "html"])
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_the_wait_asked_for_is_passed_on(
    scripted: Scripted, status: str, body: bytes, header: str, seconds: float | None
) -> None:
    error = failing_checkout(scripted(http_answer(status, body, Retry_After=header)))
    assert isinstance(error, Unavailable)
    assert error.retry_after_seconds == seconds


def test_a_secret_key_that_is_refused_is_not_repeated_in_the_error(scripted: Scripted) -> None:
    body = problem(type="invalid_request_error", message="Invalid API Key provided: sk_test_made_up")
    assert "sk_test" not in str(failing_checkout(scripted(http_answer("401 Unauthorized", body))))


def test_a_connection_cut_after_the_request_was_read_is_ambiguous(scripted: Scripted) -> None:
    server = scripted(b"")
    error = failing_checkout(server)
    assert isinstance(error, Unavailable)
    assert error.ambiguous
    assert server.requests[0].startswith(b"POST /v1/checkout/sessions ")


def test_an_answer_cut_in_the_middle_is_ambiguous(scripted: Scripted) -> None:
    error = failing_checkout(scripted(http_answer("200 OK", b'{"id": "cs_1", "url": ""}')[:-9]))
    assert isinstance(error, Unavailable)
    assert error.ambiguous


def test_silence_after_the_request_is_ambiguous() -> None:
    with silent_port() as address, pytest.raises(Unavailable) as caught:
        StripeGateway("sk_test_made_up", address, SHORT_SECONDS).open_checkout(REQUEST)
    assert caught.value.ambiguous


def test_a_refused_connection_is_not_ambiguous() -> None:
    with refusing_port() as address, pytest.raises(Unavailable) as caught:
        StripeGateway("sk_test_made_up", address, SHORT_SECONDS).open_checkout(REQUEST)
    assert not caught.value.ambiguous


def test_a_connection_that_never_comes_about_is_not_ambiguous() -> None:
    with crowded_port() as address, pytest.raises(Unavailable) as caught:
        StripeGateway("sk_test_made_up", address, SHORT_SECONDS).open_checkout(REQUEST)
    assert not caught.value.ambiguous


def test_nothing_is_retried_behind_our_back(scripted: Scripted) -> None:
    server = scripted(http_answer("500 Internal Server Error", problem(type="api_error"), Stripe_Should_Retry="true"))
    failing_checkout(server)
    assert len(server.requests) == 1
