"""Every way in which Resend or the way to it can fail, in our three families."""

import json
from collections.abc import Callable

import pytest
from resend import exceptions as package

from billing.errors import BillingError, Rejected, Unavailable
from gateways.resend import errors
from gateways.resend.client import ResendGateway
from gateways.resend.errors import family_of
from schemas.documents import EmailFacts
from tests.gateways.loopback import ScriptedServer, http_answer, refusing_port, silent_port

FAMILIES = (errors.REJECTED, errors.MISCONFIGURED, errors.THROTTLED, errors.UNANSWERED)
SHORT_SECONDS = (0.5, 0.2)
EMAIL = EmailFacts(recipient="owner@example.com", subject="Your invoice", html="<p>Thanks</p>", text="Thanks")

Scripted = Callable[[bytes], ScriptedServer]


def test_every_error_that_the_package_knows_belongs_to_exactly_one_family() -> None:
    names = {name for by_name in package.ERRORS.values() for name in by_name}
    assert names
    assert {name for name in names if sum(name in family for family in FAMILIES) != 1} == set()


def test_no_error_belongs_to_two_families() -> None:
    assert len(frozenset.union(*FAMILIES)) == sum(map(len, FAMILIES))


def problem(name: str) -> bytes:
    return json.dumps({"statusCode": 0, "name": name, "message": f"about {name}"}).encode()


def failing_send(server: ScriptedServer) -> BillingError:
    with pytest.raises((Rejected, Unavailable)) as caught:
        ResendGateway("re_made_up", server.url, SHORT_SECONDS).send(EMAIL, sender="a@example.com", idempotency_key="k")
    return caught.value


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("400 Bad Request", "validation_error"),
        ("400 Bad Request", "invalid_idempotency_key"),
        ("409 Conflict", "invalid_idempotent_request"),
        ("422 Unprocessable Entity", "invalid_from_address"),
        ("422 Unprocessable Entity", "missing_required_field"),
        ("451 Unavailable", "security_error"),
        ("422 Unprocessable Entity", "an_error_of_tomorrow"),
    ],
)
def test_refusals_are_rejected(scripted: Scripted, status: str, name: str) -> None:
    error = failing_send(scripted(http_answer(status, problem(name))))
    assert isinstance(error, Rejected)
    assert (error.code, error.detail) == (name, f"about {name}")


@pytest.mark.parametrize(
    ("status", "body", "ambiguous"),
    [
        ("401 Unauthorized", problem("missing_api_key"), False),
        ("403 Forbidden", problem("invalid_api_key"), False),
        ("403 Forbidden", problem("validation_error"), False),
        ("409 Conflict", problem("concurrent_idempotent_requests"), True),
        ("429 Too Many Requests", problem("daily_quota_exceeded"), False),
        ("429 Too Many Requests", b"<html>", False),
        ("500 Internal Server Error", problem("application_error"), True),
        ("503 Service Unavailable", b"<html>", True),
        ("301 Moved Permanently", b"", True),
        ("307 Temporary Redirect", b'{"id": "not-from-here"}', True),
        ("200 OK", b"null", True),
        ("200 OK", b'{"statusCode": "no number"}', True),
        ("200 OK", b"<html>", True),
        ("200 OK", b"[]", True),
        ("200 OK", b"{}", True),
    ],
)
def test_weather_is_unavailable(scripted: Scripted, status: str, body: bytes, ambiguous: bool) -> None:
    error = failing_send(scripted(http_answer(status, body, Location="http://127.0.0.1:9/")))
    assert isinstance(error, Unavailable)
    assert error.ambiguous is ambiguous


@pytest.mark.parametrize("header", ["Retry_After", "retry_after"])
def test_the_wait_asked_for_is_passed_on(scripted: Scripted, header: str) -> None:
    answer = http_answer("429 Too Many Requests", problem("rate_limit_exceeded"), **{header: "3"})
    error = failing_send(scripted(answer))
    assert isinstance(error, Unavailable)
    assert error.retry_after_seconds == 3


def test_a_refusal_without_words_still_has_a_code() -> None:
    error = family_of(413, "", "", {})
    assert isinstance(error, Rejected)
    assert error.code == "email_refused"


def test_a_connection_cut_after_the_request_was_read_is_ambiguous(scripted: Scripted) -> None:
    error = failing_send(scripted(b""))
    assert isinstance(error, Unavailable)
    assert error.ambiguous


def test_silence_after_the_request_is_ambiguous() -> None:
    with silent_port() as address, pytest.raises(Unavailable) as caught:
        ResendGateway("re_made_up", address, SHORT_SECONDS).send(EMAIL, sender="a@example.com", idempotency_key="k")
    assert caught.value.ambiguous


def test_a_refused_connection_is_not_ambiguous() -> None:
    with refusing_port() as address, pytest.raises(Unavailable) as caught:
        ResendGateway("re_made_up", address, SHORT_SECONDS).send(EMAIL, sender="a@example.com", idempotency_key="k")
    assert not caught.value.ambiguous
