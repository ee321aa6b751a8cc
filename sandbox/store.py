"""Everything the sandbox knows: objects by kind and id in memory, each change in the journal."""

from collections import defaultdict
from collections.abc import Iterable

from sandbox.journal import Journal
from sandbox.json_types import JsonObject

# the questions that are asked on every webhook; anything else is a scan
INDEXED = {
    "checkout.session": ("payment_intent", "customer", "status"),
    "payment_intent": ("customer",),
    "charge": ("payment_intent", "customer"),
    "refund": ("charge", "payment_intent"),
    "balance_transaction": ("source",),
    "dispute": ("charge", "payment_intent"),
    "planned": ("status",),
    "payment_method": ("customer",),
    "setup_intent": ("customer", "payment_method"),
    "delivery": ("event",),
    "price": ("lookup_key",),
    "subscription": ("customer", "status"),
    "invoice": ("customer", "status"),
    "invoiceitem": ("customer",),
    "invoice_payment": ("invoice",),
    "paypal.order": ("status",),
    "paypal.capture": ("order", "subscription", "invoice_id", "status"),
    "paypal.subscription": ("status", "ba_token"),
    "paypal.refund": ("order", "invoice_id"),
    "paypal.payment_token": ("customer",),
    "paypal.dispute": ("capture",),
}


class Store:
    """Records are never changed in place: `put` a new one, so that snapshots taken of the old one stay true."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._records: dict[str, dict[str, JsonObject]] = defaultdict(dict)
        self._index: dict[tuple[str, str], dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
        for kind, record in journal.read():
            self._remember(kind, record)

    def put(self, kind: str, record: JsonObject) -> JsonObject:
        """Create or replace the record with this `id`; it is in the journal when this returns."""
        self._journal.append(kind, record)
        self._remember(kind, record)
        return record

    def get(self, kind: str, record_id: str) -> JsonObject | None:
        """The present state, or None."""
        return self._records[kind].get(record_id)

    def newest_first(self, kind: str) -> Iterable[JsonObject]:
        """All records of a kind, by time of creation, latest first."""
        return reversed(self._records[kind].values())

    def oldest_first(self, kind: str) -> Iterable[JsonObject]:
        """All records of a kind, by time of creation."""
        return self._records[kind].values()

    def count(self, kind: str) -> int:
        """How many records of a kind there are."""
        return len(self._records[kind])

    def kinds(self) -> list[str]:
        """The kinds of which there is at least one record."""
        return [kind for kind, records in self._records.items() if records]

    def find(self, kind: str, field: str, value: str) -> list[JsonObject]:
        """Records whose field has this value, oldest first. Only for the fields listed in INDEXED."""
        if field not in INDEXED.get(kind, ()):
            raise LookupError(f"{kind}.{field} has no index")
        records = self._records[kind]
        return [records[record_id] for record_id in self._index[kind, field].get(value, ())]

    def _remember(self, kind: str, record: JsonObject) -> None:
        records = self._records[kind]
        before = records.get(record["id"])
        records[record["id"]] = record
        for field in INDEXED.get(kind, ()):
            self._reindex(kind, field, before, record)

    def _reindex(self, kind: str, field: str, before: JsonObject | None, after: JsonObject) -> None:
        old, new = (before or {}).get(field), after.get(field)
        if old == new:
            return
        index = self._index[kind, field]
        if old is not None:
            index[old].pop(after["id"], None)
        if new is not None:
            index[new][after["id"]] = None
