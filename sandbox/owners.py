"""What the owners of wallets do, for whoever plays them: they agree to be charged, and their wallets refuse or pay."""

from collections.abc import Callable, Mapping
from typing import Any

# the gateway that keeps wallets here, as its merchants call it
GATEWAY = "paypal"
# what never passes is an account that is closed to payments; anything else may
OUTCOME = "instrument_declined"
OUTCOMES = dict.fromkeys(("lost_card", "stolen_card", "expired_card"), "payer_account_restricted")


class Owners:
    """All of them. `send` takes a method, a path at the sandbox and options of requests; it answers what was said."""

    def __init__(self, send: Callable[..., Any]) -> None:
        self._send, self._saved = send, 0

    def agree(self, checkout_ref: str) -> None:
        """The next one agrees on a page that it may be charged from now on."""
        self._saved += 1
        content = {"email": f"wallet-{self._saved}@customers.example"}
        self._send("POST", f"/sandbox/paypal/setup-tokens/{checkout_ref}/approve", json=content)

    def steer(self, codes: Mapping[str, str | None]) -> None:
        """From now on charging these wallets ends as these decline codes say; None: they pay."""
        if codes:
            changes = [
                {"id": ref, "outcome": OUTCOMES.get(code, OUTCOME) if code else "complete"}
                for ref, code in codes.items()
            ]
            self._send("POST", "/sandbox/paypal/payment-tokens/behaviour", json={"changes": changes})

    def ledger(self) -> dict[str, Any]:
        """Every payment and refund, as the sandbox's own books have it."""
        ledger: dict[str, Any] = self._send("GET", "/sandbox/paypal/ledger")
        return ledger
