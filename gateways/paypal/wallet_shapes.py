"""Turns saved wallets into our words. Pure. https://developer.paypal.com/docs/api/payment-tokens/v3/"""

from typing import Any

from gateways.paypal.answers import reader
from gateways.paypal.customers import USAGE_TYPE
from gateways.paypal.payments import APPROVAL_LINKS
from gateways.paypal.shapes import Json, link, text
from gateways.paypal.translate import GATEWAY
from schemas.facts.customers import CardFact, SavedKind, SetupRequest
from schemas.facts.payments import CheckoutFact, PaymentStatus

BRAND = "PayPal"
VAULTED = frozenset({"VAULTED", "TOKENIZED"})


@reader
def wallet_of(token: Json) -> CardFact | None:
    """A payment token as a saved wallet; None for one of another kind (a card, a bank account)."""
    wallet = token["payment_source"].get("paypal")
    if wallet is None:
        return None
    return _wallet(token["id"], token["customer"]["id"], masked(text(wallet, "email_address")))


def no_wallet(card_ref: str) -> CardFact:
    """One that PayPal does not know (any more): nobody can charge it."""
    return _wallet(card_ref, "", "")


@reader
def checkout_of_setup(setup: Json) -> CheckoutFact:
    """A setup token as a page; `url` is empty once the buyer has agreed."""
    is_done = setup["status"] in VAULTED
    page_url = "" if is_done else link(setup, *APPROVAL_LINKS)
    return CheckoutFact(setup["id"], page_url, PaymentStatus.CAPTURED if is_done else PaymentStatus.PENDING)


def setup_token(request: SetupRequest) -> dict[str, Any]:
    """Depends on the request alone: a repeat under the same key must carry the same body to the letter.

    The wallet is saved by the buyer's approval itself, so that nothing hangs on the browser's way back.
    """
    experience = {
        "return_url": request.success_url,
        "cancel_url": request.cancel_url,
        "shipping_preference": "NO_SHIPPING",
        "vault_instruction": "ON_PAYER_APPROVAL",
    }
    wallet = {"usage_type": USAGE_TYPE, "experience_context": experience}
    return {"customer": {"id": request.customer_ref}, "payment_source": {"paypal": wallet}}


def masked(email: str) -> str:
    """An address by which its owner knows it, and nobody else learns it: `j***@example.com`."""
    name, at, host = email.rpartition("@")
    return f"{name[:1]}***@{host}" if at else ""


def _wallet(card_ref: str, customer_ref: str, holder: str) -> CardFact:
    return CardFact(
        gateway=GATEWAY,
        card_ref=card_ref,
        customer_ref=customer_ref,
        brand=BRAND,
        last4="",
        exp_month=None,
        exp_year=None,
        kind=SavedKind.WALLET,
        holder=holder,
    )
