"""GET /v1/customer/disputes: the latest first, those of a payment or of a time."""

import base64
import binascii
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlencode

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors, links, query
from sandbox.paypal.api.call import Call
from sandbox.paypal.disputes import disputes
from sandbox.world import World

PAGE_SIZE, PAGE_SIZE_MAX = 10, 50
TIMES = ("start_time", "update_time_after", "update_time_before")


def list_page(world: World, call: Call) -> JsonObject:
    """A page; its link `next` leads to the one after it, as long as there are more."""
    query.only(call, "disputed_transaction_id", "dispute_state", "page_size", "next_page_token", *TIMES)
    size = query.whole(call, "page_size", PAGE_SIZE, PAGE_SIZE_MAX)
    begin = _offset(call)
    found = list(islice(_fitting(world, call), begin, begin + size + 1))
    page = [disputes.listed(world, dispute) for dispute in found[:size]]
    ways = [_link(world, call, begin, "self")]
    if len(found) > size:
        ways.append(_link(world, call, begin + size, "next"))
    # PayPal leaves out a list without members
    return {**({"items": page} if page else {}), "links": ways}


def _fitting(world: World, call: Call) -> Iterator[JsonObject]:
    capture, states = call.query.get("disputed_transaction_id"), call.query.get("dispute_state", "")
    since, after, before = (query.moment(call, name) for name in TIMES)
    for dispute in world.store.newest_first(disputes.KIND):
        fits = (
            capture in (None, dispute["capture"])
            and (not states or disputes.STATES[dispute["status"]] in states.split(","))
            and (since is None or dispute["created"] >= since)
            and (after is None or dispute["updated"] >= after)
            and (before is None or dispute["updated"] <= before)
        )
        if fits:
            yield dispute


def _offset(call: Call) -> int:
    token = call.query.get("next_page_token")
    if token is None:
        return 0
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError) as problem:
        raise errors.invalid("INVALID_PARAMETER_VALUE", "next_page_token", "Unknown.", location="query") from problem


def _link(world: World, call: Call, offset: int, rel: str) -> JsonObject:
    token = {"next_page_token": base64.b64encode(str(offset).encode()).decode()} if offset else {}
    asked = urlencode({**{name: value for name, value in call.query.items() if name != "next_page_token"}, **token})
    return links.link(world, f"{disputes.PATH}{'?' if asked else ''}{asked}", rel)
