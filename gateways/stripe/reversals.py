"""Money that left again (https://docs.stripe.com/api/refunds, https://docs.stripe.com/api/disputes)."""

from itertools import islice

from billing.errors import Rejected
from gateways.stripe.calls import Calls, segment
from gateways.stripe.reversal_shapes import payment_of_charge
from gateways.stripe.shapes import ATTEMPT_MARK, NOTHING, Json, inside, mark, reference
from schemas.facts.reversals import ReversedPaymentFact

REVERSALS_LIMIT = 1_000  # of one charge: a refund for each line of the longest invoice


class Reversals(Calls):
    """Looks up what has left again of a charge."""

    def fetch_reversals(self, charge_ref: str) -> ReversedPaymentFact | None:
        """The charge with its refunds and disputes; see Reversals. Rejected `too_many_reversals` beyond a thousand."""
        charge = self._known(f"/v1/charges/{segment(charge_ref)}", {"expand": ["payment_intent"]})
        if charge is None:
            return None
        refunds, disputes = self._of_charge("/v1/refunds", charge_ref), self._of_charge("/v1/disputes", charge_ref)
        intent = inside(charge, "payment_intent")
        invoice = NOTHING if mark(intent, ATTEMPT_MARK) else self._invoice_paid(reference(intent))
        return payment_of_charge(charge, invoice, refunds, disputes)

    def _of_charge(self, path: str, charge_ref: str) -> list[Json]:
        """Oldest first."""
        found = list(islice(self._all(path, {"charge": charge_ref}), REVERSALS_LIMIT + 1))
        if len(found) > REVERSALS_LIMIT:
            raise Rejected("too_many_reversals", f"Charge {charge_ref} has more than {REVERSALS_LIMIT} of {path}.")
        return found[::-1]

    def _invoice_paid(self, payment_ref: str) -> Json:
        """The invoice that a payment paid; empty for a payment of none. Only its subscription bears our mark.

        https://docs.stripe.com/api/invoice-payment/list
        """
        if not payment_ref:
            return NOTHING
        paid_by = {"type": "payment_intent", "payment_intent": payment_ref}
        found = self._call("get", "/v1/invoice_payments", {"payment": paid_by, "limit": 1, "expand": ["data.invoice"]})
        return inside(found["data"][0], "invoice") if found["data"] else NOTHING
