"""The part of the API that is about disputes."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import links
from sandbox.paypal.api.call import Action
from sandbox.paypal.disputes import answer, disputes, listing
from sandbox.world import World


def _way_on(world: World, dispute: JsonObject) -> JsonObject:
    return {"links": [links.link(world, f"{disputes.PATH}/{dispute['id']}", "self")]}


ACTIONS = (
    Action("list_disputes", "GET", disputes.PATH, listing.list_page, lambda _, page: page),
    Action("get_dispute", "GET", f"{disputes.PATH}/{{id}}", disputes.of_path, disputes.shown),
    Action("accept_claim", "POST", f"{disputes.PATH}/{{id}}/accept-claim", answer.accept, _way_on, is_whole=True),
    Action(
        "provide_evidence", "POST", f"{disputes.PATH}/{{id}}/provide-evidence", answer.provide_evidence, _way_on,
        is_whole=True,
    ),
)  # fmt: skip
