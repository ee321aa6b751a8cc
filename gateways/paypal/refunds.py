"""Refunds that we ask for (https://developer.paypal.com/docs/api/payments/v2/#captures_refund)."""

from billing.errors import Unavailable
from gateways.paypal.amounts import to_paypal
from gateways.paypal.calls import segment
from gateways.paypal.errors import MADE_BEFORE, Refused
from gateways.paypal.orders import CAPTURES
from gateways.paypal.reversal_shapes import refund_of
from gateways.paypal.reversals import Reversals
from gateways.paypal.shapes import REFUND_MARK, Json, marked
from schemas.facts.reversals import RefundRequest, ReversalFact


class Refunds(Reversals):
    """Gives money back, and looks for what it has given back."""

    def refund(self, request: RefundRequest) -> ReversalFact:
        """Refund a capture, or a sale, which is one too; see Refunds of the ports. PayPal keeps the key for 45 days.

        Its `invoice_id` is our refund's id, of which PayPal makes no second one: where it refuses that, the first is
        looked up. Raises Unavailable as long as that is not told: money has left, or is about to.
        """
        asked = {
            "amount": to_paypal(request.amount_minor, request.currency),
            "custom_id": marked(REFUND_MARK, request.refund_id),
            "invoice_id": request.refund_id,
        }
        path = f"{CAPTURES}/{segment(request.payment_ref)}/refund"
        try:
            return refund_of(self._post(path, asked, request.idempotency_key))
        except Refused as refusal:
            if refusal.code != MADE_BEFORE:
                raise
            made = self.find_refund(request.refund_id, payment_ref=request.payment_ref)
            if made is None:
                raise Unavailable(f"refund {request.refund_id} was made before", ambiguous=True) from refusal
            return made

    def find_refund(self, refund_id: str, *, payment_ref: str) -> ReversalFact | None:
        """Look through all refunds of the payment, a capture or a sale; see Refunds of the ports.

        Raises Unavailable for a payment that PayPal does not know: nobody can say that it has none.
        """
        refunds = map(refund_of, self._refunds_of(payment_ref))
        return next((refund for refund in refunds if refund.refund_id == refund_id), None)

    def _refunds_of(self, payment_ref: str) -> list[Json]:
        capture = self._capture(payment_ref)
        if capture is None:
            raise Unavailable(f"PayPal does not know the payment {payment_ref}: its refunds cannot be looked through")
        return self._left_of(capture)
