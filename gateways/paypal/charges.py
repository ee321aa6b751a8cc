"""Charges of saved wallets while their owner is away.

https://developer.paypal.com/docs/checkout/save-payment-methods/purchase-later/payment-tokens-api/paypal/

Two things together keep a charge whose answer was lost from being made twice, whenever it is asked for again: PayPal
remembers for six hours under which key it was made, and the key is the attempt's; and it lists after three hours what
was paid, so that what a search does not show was made under a key that is still remembered, or never.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from billing.errors import Unavailable
from gateways.paypal.amounts import to_paypal
from gateways.paypal.errors import DECLINES, MADE_BEFORE, Refused
from gateways.paypal.limits import LIMITS
from gateways.paypal.orders import ORDERS, TEXT_CHARACTERS_MAX, marks_of_unit
from gateways.paypal.payments import OPEN_INTENT, payment_of_order
from gateways.paypal.transactions import Transactions, payments_in
from gateways.paypal.translate import GATEWAY
from schemas.facts.payments import ChargeRequest, PaymentFact, PaymentStatus, never_came

# Ours for PayPal's decline, where it says whether another try of the same wallet has any sense.
DECLINE_CODES: Mapping[str, str] = {
    "AGREEMENT_ALREADY_CANCELLED": "revocation_of_authorization",
    "BILLING_AGREEMENT_NOT_FOUND": "invalid_account",
    "COMPLIANCE_VIOLATION": "transaction_not_allowed",
    "DOMESTIC_TRANSACTION_REQUIRED": "transaction_not_allowed",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED": "invalid_account",
    "PAYER_ACCOUNT_RESTRICTED": "invalid_account",
    "PAYER_ACTION_REQUIRED": "authentication_required",
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING": "authentication_required",
    "TOKEN_EXPIRED": "revocation_of_authorization",
    "TOKEN_ID_NOT_FOUND": "revocation_of_authorization",
}
NEEDS_ITS_OWNER = "authentication_required"


class Charges(Transactions):
    """Charges saved wallets and looks for charges whose answer was lost."""

    def charge(self, request: ChargeRequest) -> PaymentFact:
        """Create an order that the wallet pays at once; see OffSessionCharge.

        The key is the attempt's, whichever is asked under: PayPal stores no failure, so that another helps nothing.
        Raises Unavailable where PayPal makes no second payment of the attempt: the first has an outcome, to be found.
        """
        try:
            order = self._post(ORDERS, order_of_charge(request), f"cashbeat/charge/{request.attempt_id}")
        except Refused as refusal:
            if refusal.code == MADE_BEFORE:
                raise Unavailable(f"attempt {request.attempt_id} was paid before", ambiguous=True) from refusal
            if refusal.code in DECLINES:
                return never_came(GATEWAY, request, PaymentStatus.FAILED, decline_code(refusal.code))
            raise
        return _as_charge(payment_of_order(self._ours(order)), request)

    def find_charge(
        self, attempt_id: str, *, customer_ref: str, created_after: datetime, created_before: datetime
    ) -> PaymentFact | None:
        """Search the payments of a window; see OffSessionCharge.

        None: of what is older than the key is remembered PayPal has none, and a repeat brings back what is younger.
        Raises Unavailable as long as PayPal's list lags behind by more, and for a payment that it lists and does not
        know.
        """
        told_until = created_after
        for page in self._search(created_after, created_before):
            told_until = page.told_until
            for found in payments_in(page):
                if found.attempt_id == attempt_id:
                    return self._listed_payment(found)
        if told_until < created_before - LIMITS.key_window:
            raise Unavailable(f"PayPal lists payments until {told_until:%Y-%m-%d %H:%M} UTC only")
        return None

    def cancel_charge(self, payment_ref: str) -> PaymentFact:
        """A wallet is charged at once, or the charge is pending at PayPal, which stops none; see OffSessionCharge."""
        payment = self.fetch_payment(payment_ref=payment_ref)
        if payment is None:
            raise Unavailable(f"PayPal does not know capture {payment_ref}")
        return payment


def order_of_charge(request: ChargeRequest) -> dict[str, Any]:
    """Depends on the request alone: a repeat under the same key must carry the same body to the letter."""
    unit = {**marks_of_unit(request), "amount": to_paypal(request.amount_minor, request.currency)}
    if request.description:
        unit["description"] = request.description[:TEXT_CHARACTERS_MAX]
    wallet = {"paypal": {"vault_id": request.card_ref}}
    return {"intent": OPEN_INTENT, "purchase_units": [unit], "payment_source": wallet}


def decline_code(code: str) -> str:
    """PayPal's word, or ours where we have one. Any other may pass later."""
    return DECLINE_CODES.get(code.upper(), code)


def _as_charge(payment: PaymentFact, request: ChargeRequest) -> PaymentFact:
    """An order that waits for its buyer has failed: nobody is sent to its page, and PayPal forgets it."""
    charged = replace(payment, customer_ref=payment.customer_ref or request.customer_ref, page_url="")
    is_waiting = payment.status is PaymentStatus.APPROVED or (not payment.payment_ref and bool(payment.page_url))
    if is_waiting:
        return replace(charged, status=PaymentStatus.FAILED, failure_code=NEEDS_ITS_OWNER)
    return charged
