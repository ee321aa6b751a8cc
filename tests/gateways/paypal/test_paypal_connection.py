"""How one call is made: with whose leave, under which key, and what is never told."""

from collections.abc import Callable

import pytest

from billing.errors import BillingError, Rejected, Unavailable
from gateways.paypal.connection import request_id
from tests.gateways.loopback import (
    Script,
    ScriptedServer,
    crowded_port,
    http_answer,
    refusing_port,
    silent_port,
)
from tests.gateways.paypal.paypal_script import (
    CLIENT_SECRET,
    TOKEN,
    TOKEN_CALL,
    answered,
    asked_of,
    connection_to,
    refused,
    script,
)

Scripted = Callable[[Script], ScriptedServer]
ORDER = {"id": "ORDER1"}
CREATE = "POST /v2/checkout/orders"
EXPIRED = answered({"error": "invalid_token", "error_description": "Token signature verification failed"}, "401 No")


def failing(address: str) -> BillingError:
    with pytest.raises((Rejected, Unavailable)) as caught:
        connection_to(address).call("POST", "/v2/checkout/orders", body={"intent": "CAPTURE"}, key="checkout/1")
    return caught.value


def test_a_call_bears_a_token_and_a_key_and_asks_for_the_whole_object(scripted: Scripted) -> None:
    server = scripted(script({CREATE: ORDER}))
    told = connection_to(server.url).call("POST", "/v2/checkout/orders", body={"intent": "CAPTURE"}, key="checkout/1")
    assert told == ORDER
    (call,) = asked_of(server)
    assert call.json == {"intent": "CAPTURE"}
    assert call.headers["authorization"] == "Bearer token_made_up"
    assert call.headers["prefer"] == "return=representation"
    assert call.headers["content-type"] == "application/json"
    assert call.headers["paypal-request-id"] == request_id("checkout/1")


def test_a_token_is_asked_for_once_for_many_calls(scripted: Scripted) -> None:
    server = scripted(script({CREATE: ORDER}))
    connection = connection_to(server.url)
    for number in range(3):
        connection.call("POST", "/v2/checkout/orders", body={}, key=str(number))
    calls = [each.call for each in asked_of(server, tokens=True)]
    assert calls == [TOKEN_CALL, CREATE, CREATE, CREATE]
    token = asked_of(server, tokens=True)[0]
    assert token.body == b"grant_type=client_credentials"
    assert token.headers["authorization"].startswith("Basic ")


def test_the_same_key_is_the_same_request_id_whatever_it_holds() -> None:
    keys = ["cashbeat/checkout/1", "cashbeat/checkout/2", "checkout/1", "x" * 500, "größer / 100 %"]
    assert len({request_id(key) for key in keys}) == len(keys)
    assert all(request_id(key) == request_id(key) for key in keys)
    assert all(len(request_id(key)) <= 38 and request_id(key).isascii() for key in keys)


def test_a_refused_token_is_renewed_once_and_the_call_repeated_under_its_key(scripted: Scripted) -> None:
    newer = TOKEN | {"access_token": "newer"}
    server = scripted(script({TOKEN_CALL: (answered(TOKEN), answered(newer)), CREATE: (EXPIRED, answered(ORDER))}))
    assert connection_to(server.url).call("POST", "/v2/checkout/orders", body={"a": 1}, key="k") == ORDER
    first, second = asked_of(server)
    assert (first.headers["authorization"], second.headers["authorization"]) == ("Bearer token_made_up", "Bearer newer")
    assert first.headers["paypal-request-id"] == second.headers["paypal-request-id"]
    assert first.body == second.body


def test_a_key_that_is_refused_again_and_again_is_a_fault_of_ours(scripted: Scripted) -> None:
    server = scripted(script({CREATE: EXPIRED}))
    error = failing(server.url)
    assert isinstance(error, Unavailable)
    assert not error.ambiguous
    assert len(asked_of(server)) == 2


@pytest.mark.parametrize(
    "told",
    [
        answered({"error": "invalid_client", "error_description": "Client Authentication failed"}, "401 No"),
        answered({"error": "unsupported_grant_type"}, "400 Bad Request"),
        answered({"name": "RATE_LIMIT_REACHED"}, "429 Too Many Requests", Retry_After="7"),
        answered({}, "503 Service Unavailable"),
        answered({"access_token": "", "expires_in": 1}),
        answered({"access_token": "a\nb", "expires_in": 1}),
        answered({"access_token": "a", "expires_in": "soon"}),
        answered({"access_token": 5, "expires_in": 5}),
        answered(["token"]),
        http_answer("200 OK", b"<html>", "text/html"),
        b"",
    ],
)
def test_without_a_token_nothing_was_asked_for(scripted: Scripted, told: bytes) -> None:
    server = scripted(script({TOKEN_CALL: told, CREATE: ORDER}))
    error = failing(server.url)
    assert isinstance(error, Unavailable)
    assert not error.ambiguous
    assert asked_of(server) == []
    assert error.retry_after_seconds == (7 if b"429" in told else None)


def test_no_secret_is_in_an_error_but_what_the_vendors_support_asks_for_is(scripted: Scripted) -> None:
    details = [{"issue": "INVALID_CURRENCY_CODE", "description": "Currency code is invalid."}]
    no = {"name": "UNPROCESSABLE_ENTITY", "details": details}
    server = scripted(script({CREATE: answered(no, "422 No", PayPal_Debug_Id="f00d")}))
    error = failing(server.url)
    assert "debug id f00d" in str(error)
    assert "token_made_up" not in str(error)
    wrong = scripted(script({TOKEN_CALL: answered({"error": "invalid_client"}, "401 No")}))
    assert CLIENT_SECRET not in str(failing(wrong.url))


def test_what_has_no_body_is_told_as_nothing(scripted: Scripted) -> None:
    server = scripted(script({"PATCH /v2/checkout/orders/1": answered(None, "204 No Content")}))
    assert connection_to(server.url).call("PATCH", "/v2/checkout/orders/1", body=[]) is None


def test_bytes_are_sent_as_they_are(scripted: Scripted) -> None:
    server = scripted(script({"POST /x": {}}))
    connection_to(server.url).call("POST", "/x", body=b'{"a" :1}')
    assert asked_of(server)[0].body == b'{"a" :1}'


def test_nobody_is_sent_elsewhere(scripted: Scripted) -> None:
    server = scripted(script({CREATE: answered({}, "307 Elsewhere", Location="/elsewhere")}))
    error = failing(server.url)
    assert isinstance(error, Unavailable)
    assert error.ambiguous
    assert [each.call for each in asked_of(server)] == [CREATE]


def test_nothing_is_retried_behind_our_back(scripted: Scripted) -> None:
    server = scripted(script({CREATE: refused("INTERNAL", "500 No")}))
    failing(server.url)
    assert len(asked_of(server)) == 1


def test_a_connection_cut_after_the_request_was_read_is_ambiguous(scripted: Scripted) -> None:
    error = failing(scripted(script({CREATE: b""})).url)
    assert isinstance(error, Unavailable)
    assert error.ambiguous


def test_an_answer_cut_in_the_middle_is_ambiguous(scripted: Scripted) -> None:
    error = failing(scripted(script({CREATE: answered(ORDER)[:-4]})).url)
    assert isinstance(error, Unavailable)
    assert error.ambiguous


def test_an_address_that_nobody_answers_at_was_not_asked() -> None:
    for port in (refusing_port, crowded_port, silent_port):
        with port() as address:
            error = failing(address)
        assert isinstance(error, Unavailable)
        assert not error.ambiguous  # even where the token was asked for: the call was not
