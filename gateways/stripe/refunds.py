"""Refunds that we ask for (https://docs.stripe.com/api/refunds/create)."""

from itertools import islice

from billing.errors import Unavailable
from gateways.stripe.amounts import to_stripe
from gateways.stripe.calls import Calls
from gateways.stripe.reversal_shapes import refund_of
from gateways.stripe.reversals import REVERSALS_LIMIT
from gateways.stripe.shapes import REFUND_MARK, mark
from schemas.facts.reversals import RefundRequest, ReversalFact

REFUNDS = "/v1/refunds"


class Refunds(Calls):
    """Gives money back, and looks for what it has given back."""

    def refund(self, request: RefundRequest) -> ReversalFact:
        """Create a refund of a payment intent; see Refunds of the ports."""
        asked = {
            "payment_intent": request.payment_ref,
            "amount": to_stripe(request.amount_minor, request.currency),
            "metadata": {REFUND_MARK: request.refund_id},
        }
        return refund_of(self._call("post", REFUNDS, asked, idempotency_key=request.idempotency_key))

    def find_refund(self, refund_id: str, *, payment_ref: str) -> ReversalFact | None:
        """Look through all refunds of the payment intent; see Refunds of the ports."""
        found = list(islice(self._all(REFUNDS, {"payment_intent": payment_ref}), REVERSALS_LIMIT + 1))
        for refund in found:
            if mark(refund, REFUND_MARK) == refund_id:
                return refund_of(refund)
        if len(found) > REVERSALS_LIMIT:
            raise Unavailable(f"payment {payment_ref} has more than {REVERSALS_LIMIT} refunds")
        return None
