"""The wallets' own books, behind HTTP on loopback: who keeps one, and what was charged to each."""

import threading
from dataclasses import dataclass
from typing import Any

Answer = dict[str, Any]


@dataclass
class Wallet:
    """Somebody's; the next charges end with `decline`, if that is set."""

    customer: str
    holder: str
    decline: str = ""


class WalletOffice:
    """The same key is the same charge."""

    def __init__(self) -> None:
        self.url = ""
        self.wallets: dict[str, Wallet] = {}
        self.charges: dict[str, Answer] = {}
        self._one_at_a_time = threading.Lock()

    def answer(self, method: str, path: str, asked: dict[str, Any]) -> tuple[Answer | None, bool]:
        with self._one_at_a_time:
            return self._answer(method, path, asked), False

    def taken(self) -> list[int]:
        """Cents of each charge that was paid."""
        return [each["amount_minor"] for each in self.charges.values() if each["status"] == "paid"]

    def _answer(self, method: str, path: str, asked: dict[str, Any]) -> Answer | None:
        if path == "/charges":
            return self.charges.setdefault(asked["key"], self._charge(asked))
        if path.startswith("/of-attempt/"):
            of_attempt = path.rpartition("/")[2]
            return next((each for each in self.charges.values() if each["attempt_id"] == of_attempt), None)
        ref = path.rpartition("/wallets/")[2].partition("/")[0]
        if path.endswith("/forget"):
            self.wallets.pop(ref, None)
        wallet = self.wallets.get(ref)
        return {"ref": ref, "customer": wallet.customer, "holder": wallet.holder} if wallet else None

    def _charge(self, asked: dict[str, Any]) -> Answer:
        wallet = self.wallets.get(asked["wallet"])
        decline = wallet.decline if wallet else "invalid_account"
        return {**asked, "ref": asked["key"], "status": "declined" if decline else "paid", "code": decline}
