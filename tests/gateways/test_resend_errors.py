"""Every way in which Resend or the way to it can fail, in our three families."""

import inspect
import json
import pkgutil
from collections.abc import Callable
from importlib import import_module

import pytest
import resend
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

# Each exception class of the package: its family, and whether the e-mail may have been sent.
CLASSES: dict[type[Exception], tuple[type[BillingError], bool]] = {
    package.ValidationError: (Rejected, False),
    package.MissingRequiredFieldsError: (Rejected, False),
    package.MissingApiKeyError: (Unavailable, False),
    package.InvalidApiKeyError: (Unavailable, False),
    package.RateLimitError: (Unavailable, False),
    package.ApplicationError: (Unavailable, True),
    package.NoContentError: (Unavailable, True),
    package.ResendError: (Unavailable, True),
}

Scripted = Callable[[bytes], ScriptedServer]


def test_every_error_that_the_package_knows_belongs_to_exactly_one_family() -> None:
    names = {name for by_name in package.ERRORS.values() for name in by_name}
    assert names
    assert {name for name in names if sum(name in family for family in FAMILIES) != 1} == set()


def test_no_error_belongs_to_two_families() -> None:
    assert len(frozenset.union(*FAMILIES)) == sum(map(len, FAMILIES))


def exception_classes() -> set[type]:
    modules = [import_module(found.name) for found in pkgutil.walk_packages(resend.__path__, "resend.")]
    classes = {each for module in modules for each in vars(module).values() if inspect.isclass(each)}
    return {each for each in classes if issubclass(each, Exception) and each.__module__.startswith("resend")}


def raised_by_the_package(kind: type[Exception]) -> Exception:
    documented = [
        (int(code), name) for code, by_name in package.ERRORS.items() for name in by_name if by_name[name] is kind
    ]
    code, name = documented[0] if documented else (500, "an_error_of_tomorrow")
    values = {"code": code, "error_type": name, "message": "about it", "suggested_action": ""}
    return kind(**{each: values[each] for each in inspect.signature(kind).parameters if each in values})


def test_every_exception_class_of_the_package_is_in_the_table() -> None:
    assert exception_classes() == set(CLASSES)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_exception_class_of_the_package_comes_out_in_our_words(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise raised_by_the_package(kind)

    gateway = ResendGateway("re_made_up")
    monkeypatch.setattr(resend.Emails, "send", failing)
    with pytest.raises((Rejected, Unavailable)) as caught:
        gateway.send(EMAIL, sender="a@example.com", idempotency_key="k")
    assert (type(caught.value), getattr(caught.value, "ambiguous", False)) == CLASSES[kind]


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
    assert "Resend" in error.detail, "by its name its waiting work is found"
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
