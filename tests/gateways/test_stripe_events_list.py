"""More types than Stripe filters by: several lists, read as one."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gateways.ports import EVENTS_LIMIT
from gateways.stripe.client import StripeGateway
from gateways.stripe.events_list import EVENT_TYPES_LIMIT
from tests.gateways.conversation import listed, read
from tests.gateways.loopback import Script, ScriptedServer, http_answer
from tests.gateways.requests_made import NOON

Scripted = Callable[[Script], ScriptedServer]
EARLY_TYPES = [f"early.type_{number}" for number in range(EVENT_TYPES_LIMIT)]
LATE_TYPES = ["late.type_1", "late.type_2"]


def event(number: int, event_type: str) -> dict[str, Any]:
    return {"id": f"evt_{number}", "object": "event", "type": event_type, "created": 1_793_534_400 + number}


HAPPENED = [event(number, ("early.type_7", "late.type_1")[number % 3 == 0]) for number in range(20, 0, -1)]


def stripe_of(events: list[dict[str, Any]]) -> Callable[[bytes], bytes]:
    """A Stripe that filters by at most twenty types and gives pages of what it was asked for."""

    def answer(request: bytes) -> bytes:
        form = read(request).form
        types = {value for name, value in form.items() if name.startswith("types[")}
        assert len(types) <= EVENT_TYPES_LIMIT
        fitting = [each for each in events if each["type"] in types]
        after = [each["id"] for each in fitting].index(form["starting_after"]) + 1 if "starting_after" in form else 0
        page = fitting[after : after + int(form["limit"])]
        return http_answer("200 OK", json.dumps(listed(*page) | {"has_more": fitting[-1:] != page[-1:]}).encode())

    return answer


def ids_of(server: ScriptedServer, types: list[str], limit: int = EVENTS_LIMIT) -> list[str]:
    stripe = StripeGateway("sk_test_made_up", server.url, page_limit=3)
    return [json.loads(body)["id"] for body in stripe.list_events(created_after=NOON, types=types, limit=limit)]


def test_events_of_several_lists_come_newest_first_and_each_once(scripted: Scripted) -> None:
    newest_first = [each["id"] for each in HAPPENED]
    assert ids_of(scripted(stripe_of(HAPPENED)), [*EARLY_TYPES, *LATE_TYPES]) == newest_first


def test_a_type_that_is_named_twice_is_listed_once(scripted: Scripted) -> None:
    newest_first = [each["id"] for each in HAPPENED]
    assert ids_of(scripted(stripe_of(HAPPENED)), ["late.type_1", *EARLY_TYPES, "late.type_1"]) == newest_first


@pytest.mark.parametrize("limit", [1, 7, 20])
def test_the_limit_counts_over_all_lists(scripted: Scripted, limit: int) -> None:
    newest = [each["id"] for each in HAPPENED][:limit]
    assert ids_of(scripted(stripe_of(HAPPENED)), [*EARLY_TYPES, *LATE_TYPES], limit=limit) == newest


def test_no_page_is_asked_for_before_it_is_needed(scripted: Scripted) -> None:
    server = scripted(stripe_of(HAPPENED))
    ids_of(server, [*EARLY_TYPES, *LATE_TYPES], limit=2)
    assert len(server.requests) == 2
