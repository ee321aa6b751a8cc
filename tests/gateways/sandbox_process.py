"""The sandbox as a process of its own, steered over HTTP."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from settings import SANDBOX_STRIPE_KEY
from tests.started import Started

ANSWER_SECONDS = 10
STOP_SECONDS = 10


class Sandbox:
    """A running sandbox: what its buyers and its control API do."""

    def __init__(self, address: str) -> None:
        self.address = address

    def arm(self, kind: str, **parameters: Any) -> None:
        """Put a fault in place."""
        self._control("POST", "faults", {"kind": kind, **parameters})

    def has_struck(self, kind: str) -> bool:
        """Whether every fault of this kind has had its requests."""
        return all(fault["spent"] for fault in self._control("GET", "faults")["faults"] if fault["kind"] == kind)

    def clear_faults(self) -> None:
        """Fair weather again."""
        self._control("DELETE", "faults")

    def set(self, **options: Any) -> None:
        """Set it up otherwise, see `sandbox.options`."""
        self._control("PATCH", "options", options)

    def charge_no_less_than(self, minor: int) -> None:
        """As for an account that is paid out in another currency; 1: what the tables say."""
        self._control("PATCH", "options", {"least_charge": minor})

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self._control("POST", "clock/advance", {"seconds": seconds})

    def now(self) -> datetime:
        """Its time."""
        return datetime.fromtimestamp(self._control("GET", "clock")["now"], UTC)

    def freeze(self, moment: datetime) -> None:
        """Time stands there, and moves by `advance` alone."""
        self._control("POST", "clock/freeze", {"at": int(moment.timestamp())})

    def ask(self, method: str, path: str, **form: str) -> dict[str, Any]:
        """A call of somebody else's with the gateway's own API."""
        url, key = f"{self.address}{path}", (SANDBOX_STRIPE_KEY, "")
        answer = requests.request(method, url, data=form, auth=key, timeout=ANSWER_SECONDS)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def ledger(self) -> dict[str, Any]:
        """The sandbox's own books."""
        return self._control("GET", "ledger")

    def emails(self) -> list[dict[str, Any]]:
        """All that went out, oldest first."""
        listed: list[dict[str, Any]] = self._control("GET", "inbox.json")["emails"]
        return listed

    def emails_with(self, idempotency_key: str) -> list[str]:
        """The ids of the e-mails that went out under a key."""
        return [email["id"] for email in self.emails() if email["idempotency_key"] == idempotency_key]

    def pay(self, url: str, card_number: str = "4242 4242 4242 4242") -> int:
        """Pay on the page, and pass what the bank asks; the status it answers with (303 is paid, 402 declined)."""
        form = {"card_number": card_number, "authentication": "complete"}
        return requests.post(url, data=form, allow_redirects=False, timeout=ANSWER_SECONDS).status_code

    def pay_later(self, checkout_ref: str) -> None:
        """Pay on the page in a way whose money comes in some days, or never; the customer is done."""
        self._control("POST", f"checkout-sessions/{checkout_ref}/pay", {"clears_later": True})

    def clear(self, checkout_ref: str, *, is_paid: bool) -> None:
        """The bank tells how that has ended."""
        self._control("POST", f"checkout-sessions/{checkout_ref}/clear", {"paid": is_paid})

    def in_portal(self, subscription_ref: str, action: str, **wishes: str) -> None:
        """What a customer does in the gateway's own portal: cancel, resume, change-plan, card."""
        self._control("POST", f"portal/{subscription_ref}/{action}", wishes)

    def card_declines(self, card_ref: str, code: str | None) -> None:
        """From now on charging the card ends like this; None: it pays."""
        self._control("PATCH", f"payment-methods/{card_ref}", {"decline_code": code})

    def renew_card(self, card_ref: str, exp_year: int) -> None:
        """The card's network tells of a card that was issued anew."""
        self._control("POST", f"payment-methods/{card_ref}/auto-update", {"exp_year": exp_year})

    def dispute(self, charge_ref: str) -> str:
        """A customer asks the bank for the money back; the dispute."""
        return str(self._control("POST", f"charges/{charge_ref}/dispute", {})["id"])

    def end_dispute(self, dispute_ref: str, *, is_won: bool) -> None:
        """The bank decides."""
        self._control("POST", f"disputes/{dispute_ref}/end", {"won": is_won})

    def fail_refund(self, refund_ref: str) -> None:
        """The customer's bank sends a refund back."""
        self._control("POST", f"refunds/{refund_ref}/fail")

    def _control(self, method: str, path: str, content: object = None) -> dict[str, Any]:
        answer = requests.request(method, f"{self.address}/sandbox/{path}", json=content, timeout=ANSWER_SECONDS)
        answer.raise_for_status()
        steered: dict[str, Any] = answer.json()
        return steered


@contextmanager
def running_sandbox(home: Path) -> Iterator[Sandbox]:
    """Start one on a free port, stop it at the end."""
    started = Started(home / "process" / "sandbox.log", ("-m", "sandbox", "--port", "0", "--home", str(home)))
    try:
        yield Sandbox(address_of(started))
    finally:
        started.process.send(signal.SIGTERM)
        started.process.wait(STOP_SECONDS)
        started.process.kill()


def address_of(started: Started) -> str:
    """Where it answers, once its port is taken: connections wait from then on."""
    return started.wait_line("sandbox: ").split()[1].rstrip("/")
