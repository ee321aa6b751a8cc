"""Every error that PayPal documents, in our three families."""

import json

import pytest

from billing.errors import BillingError, Rejected, Unavailable
from gateways.paypal import errors
from gateways.paypal.answers import Answer
from gateways.paypal.errors import family_of
from tests.gateways.paypal.documented_issues import DOCUMENTED

NAMES = {
    "AUTHENTICATION_FAILURE": 401,
    "INTERNAL_SERVER_ERROR": 500,
    "INVALID_REQUEST": 400,
    "NOT_AUTHORIZED": 403,
    "RATE_LIMIT_REACHED": 429,
    "RESOURCE_CONFLICT": 409,
    "RESOURCE_NOT_FOUND": 404,
    "SERVICE_UNAVAILABLE": 503,
    "UNPROCESSABLE_ENTITY": 422,
    "UNSUPPORTED_MEDIA_TYPE": 415,
}


def told(status: int, *issues: str, name: str = "UNPROCESSABLE_ENTITY", **headers: str) -> BillingError:
    error = {"name": name, "message": "No.", "details": [{"issue": issue} for issue in issues]}
    return family_of(Answer(status, headers, json.dumps(error).encode()))


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("issue", sorted(DOCUMENTED))
def test_every_documented_issue_has_its_family(issue: str, status: int) -> None:
    error = told(status, issue)
    if issue in errors.BUSY:
        assert isinstance(error, Unavailable)
        assert error.ambiguous
    elif issue in errors.MISCONFIGURED:
        assert isinstance(error, Unavailable)
        assert not error.ambiguous
        assert issue in error.detail
    else:
        assert isinstance(error, Rejected)
        assert (error.code, error.status) == (issue.lower(), 402 if issue in errors.DECLINED else 422)
    assert isinstance(error, Rejected) or "PayPal" in error.detail, "by its name its waiting work is found"


def test_each_issue_that_is_named_is_documented_and_in_one_family() -> None:
    families = [errors.DECLINED, errors.MISCONFIGURED, errors.BUSY]
    assert frozenset().union(*families) <= DOCUMENTED
    assert sum(map(len, families)) == len(frozenset().union(*families))


def test_the_issues_that_money_hangs_on() -> None:
    declined = {"INSTRUMENT_DECLINED", "PAYER_CANNOT_PAY", "TRANSACTION_REFUSED", "PAYER_ACTION_REQUIRED"}
    assert declined <= errors.DECLINED
    refused = {"ORDER_ALREADY_CAPTURED", "ORDER_NOT_APPROVED", "REFUND_AMOUNT_EXCEEDED", "CAPTURE_FULLY_REFUNDED"}
    assert not refused & (errors.DECLINED | errors.MISCONFIGURED | errors.BUSY)
    assert {"PAYEE_ACCOUNT_RESTRICTED", "REFUND_FAILED_INSUFFICIENT_FUNDS"} <= errors.MISCONFIGURED


@pytest.mark.parametrize(
    ("name", "ambiguous"),
    [
        ("AUTHENTICATION_FAILURE", False),
        ("NOT_AUTHORIZED", False),
        ("RATE_LIMIT_REACHED", False),
        ("UNSUPPORTED_MEDIA_TYPE", False),
        ("RESOURCE_CONFLICT", True),
        ("INTERNAL_SERVER_ERROR", True),
        ("SERVICE_UNAVAILABLE", True),
    ],
)
def test_weather_is_unavailable(name: str, ambiguous: bool) -> None:
    error = told(NAMES[name], name=name)
    assert isinstance(error, Unavailable)
    assert error.ambiguous is ambiguous


@pytest.mark.parametrize(
    ("name", "code", "status"),
    [
        ("INVALID_REQUEST", "invalid_request", 422),
        ("UNPROCESSABLE_ENTITY", "invalid_request", 422),
        ("RESOURCE_NOT_FOUND", "resource_not_found", 404),
    ],
)
def test_a_refusal_without_an_issue_is_rejected_by_its_name(name: str, code: str, status: int) -> None:
    error = told(NAMES[name], name=name)
    assert isinstance(error, Rejected)
    assert (error.code, error.status) == (code, status)


def test_a_key_that_went_with_another_body_has_our_word() -> None:
    error = told(422, "PAYPAL_REQUEST_ID_PREVIOUSLY_USED")
    assert isinstance(error, Rejected)
    assert (error.code, error.status) == ("idempotency_key_reused", 409)


def test_an_issue_of_tomorrow_is_a_refusal_and_one_that_is_no_word_has_no_code() -> None:
    assert told(422, "WALLET_OF_TOMORROW").code == "wallet_of_tomorrow"  # type: ignore[attr-defined]
    assert told(422, "Not a word!").code == "invalid_request"  # type: ignore[attr-defined]


def test_of_several_issues_a_decline_and_a_fault_of_ours_are_not_overlooked() -> None:
    assert told(422, "INVALID_PARAMETER_VALUE", "INSTRUMENT_DECLINED").code == "instrument_declined"  # type: ignore[attr-defined]
    assert isinstance(told(422, "INVALID_PARAMETER_VALUE", "PAYEE_ACCOUNT_RESTRICTED"), Unavailable)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'"no"', b'{"name": 5}', b'{"details": {"issue": "X"}}', b"\xff"]
)
@pytest.mark.parametrize("status", [300, 302, 400, 404, 405, 418, 422, 500, 502, 504, 599])
def test_an_error_that_is_none_of_paypals_tells_nothing(status: int, body: bytes) -> None:
    error = family_of(Answer(status, {}, body))
    assert isinstance(error, Unavailable)
    assert error.ambiguous is not (400 <= status < 500)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("999999", 3600), ("soon", None), ("-1", None)])
@pytest.mark.parametrize("status", [409, 429, 503])
def test_the_wait_asked_for_is_passed_on(status: int, header: str, seconds: float | None) -> None:
    error = told(status, **{"Retry-After": header})
    assert isinstance(error, Unavailable)
    assert error.retry_after_seconds == seconds
