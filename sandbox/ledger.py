"""The sandbox's own books: one row for every charge, refund or dispute that moved money, written once, never changed.

After a fault run these rows are compared with the books under test: no charge without their record, no record without
a charge, none twice.
"""

from collections import Counter

from sandbox.json_types import JsonObject
from sandbox.store import Store

KIND = "ledger_row"
ADJUSTMENT = "adjustment"


def record_charge(store: Store, charge: JsonObject, session: JsonObject | None) -> None:
    """A card was charged, in the checkout `session` if any. Raises ValueError when it is in the books already."""
    row = {
        "payment_intent": charge["payment_intent"],
        "customer": charge["customer"],
        "checkout_session": session and session["id"],
        "client_reference_id": session and session["client_reference_id"],
        "metadata": charge["metadata"],
    }
    _record(store, charge, charge["amount"], row)


def record_refund(store: Store, refund: JsonObject) -> None:
    """Money went back to a card. Raises ValueError when it is in the books already."""
    row = {"charge": refund["charge"], "payment_intent": refund["payment_intent"], "metadata": refund["metadata"]}
    _record(store, refund, -refund["amount"], row)


def record_adjustment(store: Store, entry: JsonObject, cause: JsonObject) -> None:
    """A dispute took money or gave it back, or a refund failed: the balance transaction, and what it is about."""
    row = {"fee": entry["fee"], "of": cause["id"], "charge": cause["charge"], "payment_intent": cause["payment_intent"]}
    _record(store, {**entry, "object": ADJUSTMENT}, entry["net"], row)


def shown(store: Store) -> JsonObject:
    """All rows, oldest first, and what is left per currency, in minor units: refunds and disputes with their fees are
    taken off, the fees of charges are not.
    """
    totals: Counter[str] = Counter()
    rows: dict[str, list[JsonObject]] = {"charge": [], "refund": [], ADJUSTMENT: []}
    for row in store.oldest_first(KIND):
        totals[row["currency"]] += row["moved"]
        rows[row["kind"]].append({name: row[name] for name in row if name not in ("kind", "moved")})
    return {
        "charges": rows["charge"],
        "refunds": rows["refund"],
        "adjustments": rows[ADJUSTMENT],
        "totals": dict(totals),
    }


def _record(store: Store, source: JsonObject, moved: int, more: JsonObject) -> None:
    if store.get(KIND, source["id"]):
        raise ValueError(f"{source['id']} is in the ledger already")
    common = {name: source[name] for name in ("id", "amount", "currency", "created")}
    store.put(KIND, {**common, **more, "kind": source["object"], "moved": moved})
