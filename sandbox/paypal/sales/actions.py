"""The part of the API that is left of its first version: sales and their refunds."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors, issues
from sandbox.paypal.api.call import Action, Call
from sandbox.paypal.api.fields import Fields
from sandbox.paypal.captures import captures
from sandbox.paypal.refunds import create, refunds
from sandbox.paypal.sales import sales
from sandbox.world import World

# "The server stores keys for 45 days", as of every refund
KEEP_SECONDS = 45 * 24 * 60 * 60


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v1/payments/sale/{capture_id}"""
    capture = captures.of_path(world, call)
    if not capture["subscription"]:
        raise errors.not_found(capture["id"], "sale_id")
    return capture


def refund(world: World, call: Call) -> JsonObject:
    """POST /v1/payments/sale/{capture_id}/refund: the same as of a capture, in other words."""
    retrieve(world, call)
    call.fields.only("amount", "invoice_number")
    amount = call.fields.group("amount")
    amount.only("total", "currency")
    told = {"currency_code": amount.content.get("currency"), "value": amount.content.get("total")}
    content = {
        "amount": told if amount.content else None,
        "invoice_id": call.fields.content.get("invoice_number"),
    }
    given = Fields({name: value for name, value in content.items() if value is not None})
    return create.refund(world, captures.of_path(world, call), given)


ACTIONS = (
    Action("get_sale", "GET", f"{sales.PATH}/{{capture_id}}", retrieve, sales.shown),
    Action(
        "refund_sale", "POST", f"{sales.PATH}/{{capture_id}}/refund", refund, sales.refund_shown,
        kind=refunds.KIND, status=201, status_repeated=201, keeps_seconds=KEEP_SECONDS, mocks=issues.REFUND,
        is_whole=True,
    ),
    Action("get_sale_refund", "GET", f"{sales.REFUND_PATH}/{{refund_id}}", refunds.retrieve, sales.refund_shown),
)  # fmt: skip
