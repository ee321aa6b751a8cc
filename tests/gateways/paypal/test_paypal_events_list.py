"""What PayPal told by webhook, read again; and how the webhook was set up by a person."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from billing.errors import Unavailable
from gateways.paypal.client import PayPalGateway
from gateways.paypal.events_list import PAGES_MAX
from gateways.paypal.shortcomings import NO_PAYEE
from gateways.paypal.translate import HANDLED_TYPES
from tests.gateways.loopback import Script, ScriptedServer, http_answer
from tests.gateways.paypal.paypal_script import (
    TOKEN,
    TOKEN_CALL,
    answered,
    asked_of,
    connection_to,
    gateway_at,
    read,
    script,
)

Scripted = Callable[[Script], ScriptedServer]
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
EVENTS, WEBHOOKS = "GET /v1/notifications/webhooks-events", "GET /v1/notifications/webhooks"
PATH = "/v1/billing/webhooks/paypal/"
WANTED, OTHER = "PAYMENT.CAPTURE.COMPLETED", "PAYMENT.PAYOUTSBATCH.SUCCESS"


def event(number: int, event_type: str = WANTED) -> dict[str, Any]:
    return {"id": f"WH-{number}", "event_type": event_type, "resource": {"id": str(number)}}


def pages(*told: list[dict[str, Any]], host: str = "https://api-m.paypal.com") -> Callable[[bytes], bytes]:
    """Pages of events, each of which names the next one."""

    def answer(request: bytes) -> bytes:
        asked = read(request)
        if asked.call == TOKEN_CALL:
            return answered(TOKEN)
        number = int(parse_qs(asked.query).get("page", ["0"])[0])
        links = [{"rel": "next", "href": f"{host}/v1/notifications/webhooks-events?page={number + 1}&page_size=100"}]
        return answered({"events": told[number], "links": links if number + 1 < len(told) else []})

    return answer


def test_events_of_the_wanted_types_are_listed_page_by_page(scripted: Scripted) -> None:
    server = scripted(pages([event(3), event(2, OTHER)], [event(1)]))
    before = NOON + timedelta(hours=1)
    listed = gateway_at(server.url).list_events(created_after=NOON, created_before=before, types=[WANTED])
    assert [json.loads(body) for body in listed] == [event(3), event(1)]
    first, second = (parse_qs(each.query) for each in asked_of(server))
    assert (first["start_time"], first["end_time"]) == (["2026-11-01T12:00:00Z"], ["2026-11-01T13:00:00Z"])
    assert second["page"] == ["1"]


def test_no_more_than_the_limit_is_asked_for(scripted: Scripted) -> None:
    server = scripted(pages([event(3), event(2)], [event(1)]))
    listed = gateway_at(server.url).list_events(created_after=NOON, types=[WANTED], limit=2)
    assert len(list(listed)) == 2
    assert len(asked_of(server)) == 1


def test_our_token_goes_to_no_other_address_whatever_the_next_page_is_said_to_be(scripted: Scripted) -> None:
    elsewhere = scripted(script({}))
    server = scripted(pages([event(2)], [event(1)], host=elsewhere.url))
    assert len(list(gateway_at(server.url).list_events(created_after=NOON, types=[WANTED]))) == 2
    assert elsewhere.requests == []


def test_a_list_without_an_end_is_given_up(scripted: Scripted) -> None:
    again = {"events": [event(1, OTHER)], "links": [{"rel": "next", "href": "/?page=1"}]}
    server = scripted(script({EVENTS: again}))
    with pytest.raises(Unavailable, match="narrow it"):
        list(gateway_at(server.url).list_events(created_after=NOON, types=[WANTED]))
    assert len(asked_of(server)) == PAGES_MAX


def test_what_is_no_page_of_events_is_no_end_of_the_list(scripted: Scripted) -> None:
    server = scripted(script({EVENTS: http_answer("200 OK", b"{}")}))
    with pytest.raises(Unavailable):
        list(gateway_at(server.url).list_events(created_after=NOON, types=[WANTED]))


OURS = f"https://shop.example.com{PATH}"
TYPES = sorted(HANDLED_TYPES)


@pytest.mark.parametrize(
    ("webhooks", "shortcomings"),
    [
        ([], [f"no webhook ends in {PATH}"]),
        ([("A", "https://shop.example.com/elsewhere", ["*"])], [f"no webhook ends in {PATH}"]),
        ([("A", OURS, ["*"])], []),
        ([("A", OURS.rstrip("/"), TYPES)], []),
        ([("A", OURS, TYPES[2:])], [f"the webhook A lacks {TYPES[0]}, {TYPES[1]}"]),
        ([("A", OURS, ["*"]), ("B", OURS, TYPES[1:])], [f"the webhook B lacks {TYPES[0]}"]),
        (
            [("MADEANEW", OURS, ["*"])],
            ["the webhook MADEANEW is not what webhook_secret says (****, ****): each of its events is refused"],
        ),
    ],
)
def test_what_a_person_has_yet_to_set_up(
    scripted: Scripted, webhooks: list[tuple[str, str, list[str]]], shortcomings: list[str]
) -> None:
    told = [{"id": name, "url": url, "event_types": [{"name": each} for each in on]} for name, url, on in webhooks]
    paypal = gateway_at(scripted(script({WEBHOOKS: {"webhooks": told}})).url)
    assert paypal.list_shortcomings(PATH, ["A", "B"]) == shortcomings


def test_whom_a_payment_came_to_has_to_be_compared(scripted: Scripted) -> None:
    told = {"webhooks": [{"id": "A", "url": OURS, "event_types": [{"name": "*"}]}]}
    anybodys = PayPalGateway(connection_to(scripted(script({WEBHOOKS: told})).url), "")
    assert anybodys.list_shortcomings(PATH, []) == [NO_PAYEE], "nothing is compared with secrets that are not known"
