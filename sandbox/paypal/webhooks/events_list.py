"""GET /v1/notifications/webhooks-events: what was told, of the last thirty days, newest first; one of them; once more.

https://developer.paypal.com/docs/api/webhooks/v1/#webhooks-events_list
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from urllib.parse import urlencode

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors, moments
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.links import link
from sandbox.paypal.events import PATH
from sandbox.paypal.webhooks.sender import KIND
from sandbox.world import World

# "Lists webhook event notifications of the past 30 days"
KEPT_SECONDS = 30 * 24 * 60 * 60
PAGE_SIZE, PAGE_SIZE_MAX = 10, 300
WINDOW = ("start_time", "end_time")
PARAMETERS = (*WINDOW, "page_size", "event_type", "transaction_id", "move_to", "index_id")


def list_page(world: World, call: Call) -> JsonObject:
    """A page; its link `next` leads to the one of older events, as long as there are any."""
    _only(call)
    size = _page_size(call)
    found = list(islice(_older(world, call), size + 1))
    page, more = found[:size], found[size:]
    links = [link(world, f"{PATH}?{urlencode(call.query)}", "self")]
    if more:
        onward = urlencode({**call.query, "move_to": "next", "index_id": page[-1]["id"]})
        links.append(link(world, f"{PATH}?{onward}", "next"))
    return {"events": page, "count": len(page), "links": links}


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v1/notifications/webhooks-events/{event_id}"""
    event = world.store.get(KIND, call.ids["event_id"])
    if event is None or not _is_kept(world, event):
        raise errors.not_found(call.ids["event_id"], "event_id")
    return event


def resend(world: World, call: Call) -> JsonObject:
    """POST .../{event_id}/resend: a transmission of its own."""
    call.fields.only("webhook_ids")
    event = retrieve(world, call)
    world.courier.send(event["id"])
    return event


def _older(world: World, call: Call) -> Iterator[JsonObject]:
    """Those that are asked for and older than the page before."""
    begins = "index_id" not in call.query
    since, until = (_moment(call, name) for name in WINDOW)
    for event in world.store.newest_first(KIND):
        is_wanted = since <= event["create_time"] <= (until or "~") and _is_kept(world, event) and _fits(event, call)
        if begins and is_wanted:
            yield event
        begins = begins or event["id"] == call.query["index_id"]


def _fits(event: JsonObject, call: Call) -> bool:
    event_type, about = call.query.get("event_type"), call.query.get("transaction_id")
    return event_type in (None, event["event_type"]) and about in (None, event["resource"].get("id"))


def _is_kept(world: World, event: JsonObject) -> bool:
    return bool(event["create_time"] >= moments.shown(max(0, world.clock.now() - KEPT_SECONDS)))


def _only(call: Call) -> None:
    for name in call.query:
        if name not in PARAMETERS:
            raise errors.invalid("INVALID_PARAMETER", name, "This sandbox does not know it.", location="query")


def _page_size(call: Call) -> int:
    text = call.query.get("page_size", str(PAGE_SIZE))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= PAGE_SIZE_MAX):
        raise errors.invalid("INVALID_PAGE_SIZE", "page_size", f"1 to {PAGE_SIZE_MAX}.", text[:20], "query")
    return int(text)


def _moment(call: Call, name: str) -> str:
    """As events have it, so that texts can be compared; empty when it is not asked for."""
    text = call.query.get(name, "")
    if not text:
        return ""
    try:
        asked = datetime.fromisoformat(text)
    except ValueError:
        asked = None
    if asked is None or asked.tzinfo is None:
        raise errors.invalid("INVALID_DATE_FORMAT", name, "An instant as in RFC 3339.", text[:40], "query")
    return moments.shown(int(asked.timestamp()))
