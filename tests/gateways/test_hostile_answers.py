"""A gateway may say anything under a 200: what cannot be read is no answer, and whether it acted is unknown."""

import json
from collections.abc import Callable

import pytest

from billing.errors import Unavailable
from gateways.resend.client import ResendGateway
from gateways.stripe.client import StripeGateway
from tests.gateways.loopback import Script, ScriptedServer, http_answer
from tests.gateways.test_resend_client import EMAIL, SENDER
from tests.gateways.test_stripe_contract import ASKED

Scripted = Callable[[Script], ScriptedServer]

PAGE = "text/html"
ANSWERS: dict[str, bytes] = {
    "null": http_answer("200 OK", b"null"),
    "a list": http_answer("200 OK", b"[]"),
    "an empty object": http_answer("200 OK", b"{}"),
    "a number": http_answer("200 OK", b"5"),
    "a text": http_answer("200 OK", b'"ok"'),
    "nothing": http_answer("200 OK", b""),
    "a page of a proxy": http_answer("200 OK", b"<html><body>Sign in</body></html>", PAGE),
    "half an object": http_answer("200 OK", b'{"id": "pi_1", "object": "payment'),
    "bytes": http_answer("200 OK", b"\xff\xfe\x00"),
    "no name": http_answer("200 OK", b'{"id": null}'),
    "a list in another form": http_answer("200 OK", b'{"object": "list", "data": {"a": 1}, "has_more": "no"}'),
    "a list of nothings": http_answer("200 OK", b'{"object": "list", "data": [null], "has_more": false}'),
    "deep": http_answer("200 OK", b'{"id": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
    "elsewhere": http_answer("302 Found", b"{}", Location="/v1/elsewhere"),
    "elsewhere for good": http_answer("308 Permanent Redirect", b"", PAGE, Location="/v1/elsewhere"),
    "not modified": http_answer("304 Not Modified", b""),
}
OF_ANOTHER_KIND = http_answer("200 OK", b'{"id": "prod_1", "object": "product"}')
OF_ANOTHER_NAME = http_answer("200 OK", b'{"id": "somebody_elses"}')
NAMED_BY_THE_GATEWAY = {"open_checkout", "create_customer", "open_setup", "open_subscription_checkout"}
NO_FIELDS: tuple[object, ...] = (None, [], {}, "x", -(10**40))
FIELDS = (
    *("amount", "amount_total", "currency", "status", "created", "customer", "latest_charge", "items", "lines", "url"),
    *("card", "type", "frozen_time", "payment_intent", "payments", "period_start", "metadata", "cancel_at", "deleted"),
)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("asking", ASKED)
def test_what_cannot_be_read_is_an_unknown_outcome(scripted: Scripted, asking: str, answer: str) -> None:
    server = scripted(ANSWERS[answer])
    assert _ask_in_vain(asking, server)
    assert not [request for request in server.requests if b"elsewhere" in request]


@pytest.mark.parametrize("asking", ASKED)
def test_an_object_of_another_kind_is_an_unknown_outcome(scripted: Scripted, asking: str) -> None:
    assert _ask_in_vain(asking, scripted(OF_ANOTHER_KIND))


@pytest.mark.parametrize("asking", sorted(ASKED.keys() - NAMED_BY_THE_GATEWAY))
def test_an_object_of_another_name_is_an_unknown_outcome(scripted: Scripted, asking: str) -> None:
    assert _ask_in_vain(asking, scripted(OF_ANOTHER_NAME))


@pytest.mark.parametrize("value", NO_FIELDS, ids=repr)
@pytest.mark.parametrize("asking", ASKED)
def test_fields_of_another_kind_are_never_a_bug(scripted: Scripted, asking: str, value: object) -> None:
    def answer(request: bytes) -> bytes:
        path = request.split(b" ")[1].partition(b"?")[0].decode()
        reference = next((part for part in path.split("/") if part[-1:].isdigit() and "_" in part), "")
        item = dict.fromkeys(FIELDS, value) | {"id": reference or "made_up_1"}
        page = {"object": "list", "data": [item], "has_more": False}
        is_list = request.startswith(b"GET") and (not reference or path.endswith("/lines"))
        return http_answer("200 OK", json.dumps(page if is_list else item).encode())

    server = scripted(answer)
    _ask_in_vain(asking, server)  # it may tell what it was told: a checkout has no address, say
    assert server.requests


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_email_whose_answer_cannot_be_read_may_have_been_sent(scripted: Scripted, answer: str) -> None:
    server = scripted(ANSWERS[answer])
    with pytest.raises(Unavailable) as unknown:
        ResendGateway("re_made_up", server.url).send(EMAIL, sender=SENDER, idempotency_key="email/1")
    assert unknown.value.ambiguous
    assert len(server.requests) == 1


def _ask_in_vain(asking: str, server: ScriptedServer) -> bool:
    """Whether the outcome is unknown; whatever else it raises is a bug."""
    try:
        ASKED[asking](StripeGateway("sk_test_made_up", server.url))
    except Unavailable as unknown:
        return unknown.ambiguous
    return False
