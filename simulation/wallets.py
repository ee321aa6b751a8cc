"""Customers' wallets at the sandbox's PayPal: their owners save them, and what charging them ends with."""

from collections.abc import Callable, Mapping
from typing import Any

from gateways.paypal.customers import customer_ref_of
from settings import SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET

APP = (SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET)
SAVED_AT_ONCE = {"paypal": {"usage_type": "MERCHANT", "experience_context": {"vault_instruction": "ON_PAYER_APPROVAL"}}}
# what never passes is an account that is closed to payments; anything else may
OUTCOME = "instrument_declined"
OUTCOMES = dict.fromkeys(("lost_card", "stolen_card", "expired_card"), "payer_account_restricted")


class Wallets:
    """All of them. `send` takes a method, a path at the sandbox and options of requests; it answers what was said."""

    def __init__(self, send: Callable[..., Any]) -> None:
        self._send, self._saved = send, 0

    def save(self, account_id: str) -> str:
        """One whose owner agrees that an account may charge it; the gateway's id of it."""
        self._saved += 1
        email, customer_ref = f"wallet-{self._saved}@customers.example", customer_ref_of(account_id)
        content = {"payment_source": SAVED_AT_ONCE, "customer": {"id": customer_ref}}
        setup = self._ask("POST", "/v3/vault/setup-tokens", {"PayPal-Request-Id": email}, json=content)
        self._send("POST", f"/sandbox/paypal/setup-tokens/{setup['id']}/approve", json={"email": email})
        saved = self._ask("GET", f"/v3/vault/payment-tokens?customer_id={customer_ref}", {})["payment_tokens"]
        return str(saved[-1]["id"])

    def steer(self, codes: Mapping[str, str | None]) -> None:
        """From now on charging these ends as these decline codes say, as far as PayPal knows them; None: they pay."""
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

    def _ask(self, method: str, path: str, headers: dict[str, str], **options: Any) -> Any:
        """With a token of its own: the days here are longer than one lasts."""
        form = {"grant_type": "client_credentials"}
        token = self._send("POST", "/paypal/v1/oauth2/token", data=form, auth=APP)["access_token"]
        return self._send(method, f"/paypal{path}", headers={**headers, "Authorization": f"Bearer {token}"}, **options)
