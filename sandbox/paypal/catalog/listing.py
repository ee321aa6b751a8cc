"""Lists of the catalog: numbered pages."""

from urllib.parse import urlencode

from sandbox.json_types import JsonObject
from sandbox.paypal.api import links, query
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.links import PREFIX
from sandbox.world import World

PAGE_SIZE, PAGE_SIZE_MAX = 10, 20
PAGES_MAX = 100_000


def page_of(world: World, call: Call, name: str, found: list[JsonObject]) -> JsonObject:
    """One page of what was found, oldest first, with links to those beside it."""
    size, number = query.whole(call, "page_size", PAGE_SIZE, PAGE_SIZE_MAX), query.whole(call, "page", 1, PAGES_MAX)
    page, pages = found[(number - 1) * size : number * size], -(-len(found) // size)
    is_counted = query.choice(call, "total_required", ("false", "true")) == "true"
    beside = [("self", number), *([("next", number + 1)] if number < pages else [])]
    path = call.path.removeprefix(PREFIX)
    ways = [links.link(world, f"{path}?{urlencode({**call.query, 'page': there})}", rel) for rel, there in beside]
    counted = {"total_items": len(found), "total_pages": pages} if is_counted else {}
    # PayPal leaves out a list without members
    return {**({name: page} if page else {}), **counted, "links": ways}
