"""PayPal's own books: one row for every capture, refund or reversal that moved money, written once, never changed.

They are compared with the books under test, as Stripe's are.
"""

from collections import Counter

from sandbox.json_types import JsonObject
from sandbox.paypal.reporting import codes
from sandbox.world import World

KIND = "paypal.ledger_row"
CAPTURE, REFUND, ADJUSTMENT = "capture", "refund", "adjustment"
COMMON = ("id", "currency", "custom_id", "invoice_id")


def record_capture(world: World, capture: JsonObject) -> None:
    """A payment arrived. Raises ValueError when it is in the books already."""
    about = {name: capture[name] for name in ("order", "subscription", "code")}
    _record(world, CAPTURE, capture, capture["minor"], about)


def record_refund(world: World, refund: JsonObject) -> None:
    """Money went back to a buyer. Raises ValueError when it is in the books already."""
    about = {"capture": refund["capture"], "order": refund["order"], "code": codes.REFUND}
    _record(world, REFUND, refund, -refund["minor"], about)


def record_adjustment(world: World, cause: JsonObject, moved: int) -> None:
    """A bank or a dispute moved money, in minor units. Raises ValueError when it is in the books already."""
    _record(world, ADJUSTMENT, cause, moved, {name: cause[name] for name in ("capture", "of", "reason", "code")})


def shown(world: World) -> JsonObject:
    """All rows, oldest first, and the net per currency, in minor units (of ISO 4217). Fees of payments are left out."""
    totals: Counter[str] = Counter()
    rows: dict[str, list[JsonObject]] = {CAPTURE: [], REFUND: [], ADJUSTMENT: []}
    for row in world.store.oldest_first(KIND):
        totals[row["currency"]] += row["moved"]
        rows[row["kind"]].append({name: row[name] for name in row if name not in ("kind", "moved")})
    return {
        "captures": rows[CAPTURE],
        "refunds": rows[REFUND],
        "adjustments": rows[ADJUSTMENT],
        "totals": dict(totals),
    }


def _record(world: World, kind: str, source: JsonObject, moved: int, more: JsonObject) -> None:
    if world.store.get(KIND, source["id"]):
        raise ValueError(f"{source['id']} is in PayPal's ledger already")
    row = {name: source.get(name) for name in COMMON}
    amount = moved if kind == ADJUSTMENT else abs(moved)
    moment = {"created": world.clock.now()}
    world.store.put(KIND, {**row, "amount": amount, **moment, **more, "kind": kind, "moved": moved})
