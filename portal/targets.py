"""Which page a link into the portal leads to: a word of the API, and never an address."""

from collections.abc import Mapping

HOME = "/"
INVOICE = "invoice/"
PATHS: Mapping[str, str] = {
    "pay": "/account/pay",
    "plan": "/account/plan",
    "cancel": "/account/cancel",
    "credits": "/account/credits",
    "buy_credits": "/account/credits/purchase",
    "payment_methods": "/account/payment-methods",
    "invoices": "/account/invoices",
}


def path_of(target: str) -> str:
    """Its path; the first page for none, and for one that this version does not know."""
    if target.startswith(INVOICE):
        return f"/account/invoices/{target.removeprefix(INVOICE)}"
    return PATHS.get(target, HOME)
