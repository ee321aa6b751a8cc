"""Wallets that are saved at PayPal before a run begins, and how charging them ends."""

from collections.abc import Mapping
from typing import Any

from stack.shopper import Shopper
from tests.gauntlet.paypal_desk import PayPalDesk

PAYS = "complete"
SAVED_AT_ONCE = {"usage_type": "MERCHANT", "experience_context": {"vault_instruction": "ON_PAYER_APPROVAL"}}

Json = dict[str, Any]


def save_wallet(desk: PayPalDesk, customer_ref: str, email: str) -> Json:
    """The wallet of this address, agreed to by its owner. Raises StackError when it is refused."""
    content = {"payment_source": {"paypal": SAVED_AT_ONCE}, "customer": {"id": customer_ref}}
    setup = desk.made("POST", "/v3/vault/setup-tokens", content, f"save-{email}")
    shopper = Shopper("", desk.sandbox_url, "", desk.session)
    shopper.sandbox("POST", f"/sandbox/paypal/setup-tokens/{setup['id']}/approve", {"email": email})
    saved = desk.made("GET", f"/v3/vault/payment-tokens?customer_id={customer_ref}")["payment_tokens"]
    return {"id": saved[-1]["id"], "email": email}


def steer_wallets(shopper: Shopper, outcomes: Mapping[str, str | None]) -> None:
    """From now on charging these ends like this; None: they pay."""
    changes = [{"id": wallet_ref, "outcome": outcome or PAYS} for wallet_ref, outcome in outcomes.items()]
    shopper.sandbox("POST", "/sandbox/paypal/payment-tokens/behaviour", {"changes": changes})
