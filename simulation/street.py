"""The customers' side: their cards at the sandbox, what those say when charged, and what time it is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import requests

from sandbox.owners import Owners
from settings import SANDBOX_STRIPE_KEY
from simulation.disputes import Reply
from stack.errors import StackError

TIMEOUT_SECONDS = 30.0
EXPIRY_YEAR, EXPIRY_MONTH = 2034, 12


@dataclass
class Street:
    """One HTTP session with the sandbox."""

    url: str
    _session: requests.Session = field(default_factory=requests.Session)
    _now: datetime | None = None

    def __post_init__(self) -> None:
        self.owners = Owners(self._send)

    def stop_clock(self, at: datetime) -> None:
        """From now on the sandbox's time stands. Nothing may exist in it yet."""
        self._send("POST", "/sandbox/clock/freeze", json={"at": int(at.timestamp())})
        self._now = at

    def listen_to(self, event_types: Sequence[str]) -> None:
        """Have webhooks of these types alone, as an endpoint at the real gateway is set up."""
        self._send("PATCH", "/sandbox/options", json={"enabled_events": list(event_types)})

    def turn_clock(self, at: datetime) -> None:
        """Let the sandbox's time be this, too."""
        if self._now is None:
            raise StackError("the sandbox's clock was not stopped")
        seconds = int((at - self._now).total_seconds())
        if seconds:
            self._send("POST", "/sandbox/clock/advance", json={"seconds": seconds})
        self._now = at

    def new_card(self, number: str) -> str:
        """A card as a product's own form collects it; the gateway's id of it."""
        form = {
            "type": "card",
            "card[number]": number,
            "card[exp_month]": EXPIRY_MONTH,
            "card[exp_year]": EXPIRY_YEAR,
            "card[cvc]": "123",
        }
        made = self._send("POST", "/v1/payment_methods", data=form, headers={"Authorization": _BEARER})
        return str(made["id"])

    def steer(self, codes: Mapping[str, str | None]) -> None:
        """From now on charging these cards ends with these decline codes; None: they pay."""
        if codes:
            changes = [{"id": card_ref, "decline_code": code} for card_ref, code in codes.items()]
            self._send("POST", "/sandbox/payment-methods/behaviour", json={"changes": changes})

    def reply(self, dispute_ref: str, reply: Reply) -> None:
        """What a seller does in the gateway's dashboard; a bank decides for its customer when nothing comes."""
        path = f"/v1/disputes/{dispute_ref}"
        if reply is Reply.NONE:
            self._send("POST", f"/sandbox/disputes/{dispute_ref}/end", json={"won": False})
        elif reply is Reply.GIVING_IN:
            self._send("POST", f"{path}/close", headers={"Authorization": _BEARER})
        else:
            evidence = {"evidence[uncategorized_text]": reply.value}
            self._send("POST", path, data=evidence, headers={"Authorization": _BEARER})

    def webhooks_pending(self) -> int:
        """How many deliveries have not arrived yet."""
        return int(self._send("GET", "/sandbox/webhooks")["pending"])

    def ledger(self) -> dict[str, Any]:
        """Every charge, refund and dispute that moved money, as the sandbox's own books have it, of both companies."""
        ledger: dict[str, Any] = self._send("GET", "/sandbox/ledger")
        others = self.owners.ledger()
        return {
            "charges": ledger["charges"] + others["captures"],
            "refunds": ledger["refunds"] + others["refunds"],
            "adjustments": ledger["adjustments"],
        }

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def _send(self, method: str, path: str, **options: Any) -> Any:
        answer = self._session.request(method, f"{self.url}{path}", timeout=TIMEOUT_SECONDS, **options)
        if not answer.ok:
            raise StackError(f"{method} {path} answered {answer.status_code}: {answer.text[:500]}")
        return answer.json()


_BEARER = f"Bearer {SANDBOX_STRIPE_KEY}"
