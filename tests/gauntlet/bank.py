"""The run's own bank: what came into the account, as its statements tell it."""

import csv
import io
import threading
from datetime import UTC, date, datetime
from typing import NamedTuple

ACCOUNT = "DE89370400440532013000"
CURRENCY = "USD"
COLUMNS = ("booked_on", "amount", "currency", "account", "bank_reference", "text", "payer")


class Entry(NamedTuple):
    """Money that came, in minor units. `text` is what the payer wrote, `number` the invoice that they meant by it."""

    bank_ref: str
    booked_on: date
    amount_minor: int
    number: str
    text: str
    payer: str


class Bank:
    """Safe to be used by any thread."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    def receive(self, amount_minor: int, number: str, text: str, payer: str) -> None:
        """Book it today."""
        with self._lock:
            bank_ref = f"BANK-{len(self._entries) + 1:05}"
            self._entries.append(Entry(bank_ref, datetime.now(UTC).date(), amount_minor, number, text, payer))

    @property
    def entries(self) -> list[Entry]:
        """All so far, in their order."""
        with self._lock:
            return list(self._entries)

    def count(self, number: str, amount_minor: int) -> int:
        """How often so much came for an invoice: what somebody sees who looks into the account."""
        return sum((each.number, each.amount_minor) == (number, amount_minor) for each in self.entries)

    def statement(self) -> str:
        """A file of all days, so each overlaps with all that were made before."""
        file = io.StringIO()
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(COLUMNS)
        for each in self.entries:
            amount = f"{each.amount_minor // 100}.{each.amount_minor % 100:02}"
            writer.writerow((each.booked_on, amount, CURRENCY, ACCOUNT, each.bank_ref, each.text, each.payer))
        return file.getvalue()
