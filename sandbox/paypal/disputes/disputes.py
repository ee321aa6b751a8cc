"""Disputes v1: the record of one, and how it is answered (https://developer.paypal.com/docs/api/customer-disputes/v1/)."""

from sandbox.json_types import JsonObject
from sandbox.paypal import events
from sandbox.paypal.api import errors, links, moments, money
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.money import Amount
from sandbox.paypal.captures import captures
from sandbox.world import World

KIND = "paypal.dispute"
PATH = "/v1/customer/disputes"
WAITS_FOR_SELLER, UNDER_REVIEW, RESOLVED = "WAITING_FOR_SELLER_RESPONSE", "UNDER_REVIEW", "RESOLVED"
STATES = {WAITS_FOR_SELLER: "REQUIRED_ACTION", UNDER_REVIEW: "UNDER_PAYPAL_REVIEW", RESOLVED: "RESOLVED"}
INTERNAL, EXTERNAL = "INTERNAL", "EXTERNAL"


def of_path(world: World, call: Call) -> JsonObject:
    """The one that the path names. Raises PayPalError."""
    dispute = world.store.get(KIND, call.ids["id"])
    if dispute is None:
        raise errors.not_found(call.ids["id"])
    return dispute


def change(world: World, dispute: JsonObject, **changes: object) -> JsonObject:
    """Another state of a dispute."""
    return world.store.put(KIND, {**dispute, **changes, "updated": world.clock.now()})


def is_open_on(world: World, capture: JsonObject) -> bool:
    """Whether one about this capture is not resolved."""
    return any(each["status"] != RESOLVED for each in world.store.find(KIND, "capture", capture["id"]))


def tell(world: World, what: str, dispute: JsonObject) -> None:
    """Announce what became of a dispute."""
    events.announce(world, f"CUSTOMER.DISPUTE.{what}", "dispute", shown(world, dispute))


def shown(world: World, dispute: JsonObject) -> JsonObject:
    """As the API answers it."""
    told = {**_common(dispute), "disputed_transactions": [_transaction(world, dispute)]}
    movements = [_movement(dispute, each) for each in dispute["movements"]]
    lists = {"money_movements": movements, "evidences": dispute["evidences"], "messages": dispute["messages"]}
    told |= {name: rows for name, rows in lists.items() if rows}
    if dispute["outcome"]:
        refunded = _money(dispute, dispute["lost_minor"])
        told["dispute_outcome"] = {"outcome_code": dispute["outcome"], "amount_refunded": refunded}
    return {**told, "links": _links(world, dispute)}


def listed(world: World, dispute: JsonObject) -> JsonObject:
    """As a list tells it."""
    own = links.link(world, f"{PATH}/{dispute['id']}", "self")
    return {**_common(dispute), "dispute_state": STATES[dispute["status"]], "links": [own]}


def _common(dispute: JsonObject) -> JsonObject:
    due = {"seller_response_due_date": moments.shown(dispute["due_at"])}
    return {
        "dispute_id": dispute["id"],
        "create_time": moments.shown(dispute["created"]),
        "update_time": moments.shown(dispute["updated"]),
        "reason": dispute["reason"],
        "status": dispute["status"],
        "dispute_amount": _money(dispute, dispute["minor"]),
        "dispute_life_cycle_stage": "CHARGEBACK",
        "dispute_channel": dispute["channel"],
        **(due if dispute["status"] == WAITS_FOR_SELLER else {}),
    }


def _transaction(world: World, dispute: JsonObject) -> JsonObject:
    capture = world.store.get(captures.KIND, dispute["capture"]) or {}
    marks = {"custom": capture["custom_id"], "invoice_number": capture["invoice_id"]}
    return {
        "seller_transaction_id": capture["id"],
        "create_time": moments.shown(capture["created"]),
        "transaction_status": capture["status"],
        "gross_amount": money.shown(captures.amount(capture)),
        **{name: mark for name, mark in marks.items() if mark},
        "buyer": {"name": "Sandbox Buyer"},
        "seller": {"merchant_id": capture["payee"]["merchant_id"]},
    }


def _movement(dispute: JsonObject, movement: JsonObject) -> JsonObject:
    return {
        "affected_party": "SELLER",
        "amount": _money(dispute, abs(movement["minor"])),
        "initiated_time": moments.shown(movement["at"]),
        "type": "CREDIT" if movement["minor"] > 0 else "DEBIT",
        "reason": movement["reason"],
    }


def _links(world: World, dispute: JsonObject) -> list[JsonObject]:
    path = f"{PATH}/{dispute['id']}"
    answers = ("accept-claim", "provide-evidence") if dispute["status"] == WAITS_FOR_SELLER else ()
    ways = [links.link(world, f"{path}/{way}", way.replace("-", "_"), "POST") for way in answers]
    return [links.link(world, path, "self"), *ways]


def _money(dispute: JsonObject, minor: int) -> JsonObject:
    return money.shown(Amount(minor, dispute["currency"]))
