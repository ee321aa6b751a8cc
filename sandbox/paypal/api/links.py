"""Links inside of answers (https://developer.paypal.com/api/rest/responses/#hateoas-links)."""

from typing import TYPE_CHECKING

from sandbox.json_types import JsonObject

if TYPE_CHECKING:
    from sandbox.world import World  # at run time it is the world that is made of what links

PREFIX = "/paypal"


def link(world: "World", path: str, rel: str, method: str = "GET") -> JsonObject:
    """To a path below the prefix, as `/v2/checkout/orders/5O190127TN364715T`."""
    return {"href": world.options.base_url + PREFIX + path, "rel": rel, "method": method}
