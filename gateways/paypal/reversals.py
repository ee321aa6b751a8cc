"""Money that left again: refunds, what banks took, and disputes."""

from collections.abc import Sequence

from billing.errors import Rejected
from gateways.paypal.answers import reader
from gateways.paypal.calls import or_none, segment
from gateways.paypal.dispute_shapes import facts_of_dispute
from gateways.paypal.orders import order_named_by
from gateways.paypal.reversal_shapes import refunds_in, reversed_payment
from gateways.paypal.sales import Sales, is_ours
from gateways.paypal.shapes import Json, items_of
from schemas.facts.reversals import ReversalKind, ReversedPaymentFact

DISPUTES = "/v1/customer/disputes"
DISPUTES_MAX = 50  # the most that PayPal gives at once; of one payment there are one or two


class Reversals(Sales):
    """Looks up what has left again of a capture."""

    def fetch_reversals(self, charge_ref: str) -> ReversedPaymentFact | None:
        """The capture with its refunds and disputes; see Reversals.

        Rejected `too_many_reversals` beyond fifty, and `disputed_with_others` where one dispute is of several payments.
        """
        capture = self._capture(charge_ref)
        if capture is None:
            return None
        disputes = self._disputes(charge_ref)
        return reversed_payment(capture, self._left_of(capture, disputes), disputes)

    def _left_of(self, capture: Json, disputes: Sequence[Json] | None = None) -> list[Json]:
        """Refunds, and what a bank took: all are in its order; where PayPal tells of none, they are searched for.

        Of a payment that was not asked for by us nobody asks.
        """
        order = self._order(order_named_by(capture))
        if order is not None:
            return refunds_in(order)
        if not is_ours(capture):
            return []
        known = self._disputes(capture["id"]) if disputes is None else disputes
        return self._left_of_payment(capture, disputed_minor(known))

    def _disputes(self, charge_ref: str) -> list[Json]:
        """Oldest first. The list tells no money, so each is asked for by itself."""
        references = self._dispute_refs(charge_ref)
        if len(references) >= DISPUTES_MAX:
            raise Rejected("too_many_reversals", f"Capture {charge_ref} has {DISPUTES_MAX} disputes or more.")
        found = [self._known(f"{DISPUTES}/{segment(each)}", each, name="dispute_id") for each in reversed(references)]
        disputes = [dispute for dispute in found if dispute is not None]
        for dispute in disputes:
            _require_one_payment(dispute)
        return disputes

    def _dispute_refs(self, charge_ref: str) -> list[str]:
        """No page says whether a payment that nobody disputes has an empty list, or none."""
        query = {"disputed_transaction_id": charge_ref, "page_size": str(DISPUTES_MAX)}
        listed = or_none(lambda: self._list(DISPUTES, query))
        return dispute_refs_in(listed) if listed is not None else []


def _require_one_payment(dispute: Json) -> None:
    """PayPal tells one amount for up to a thousand transactions, and not what of it each has lost: a person divides it.

    https://developer.paypal.com/docs/api/customer-disputes/v1/#disputes_get
    """
    if len(items_of(dispute, "disputed_transactions")) > 1:
        name = dispute["dispute_id"]
        raise Rejected("disputed_with_others", f"The dispute {name} is about several payments and names one amount.")


@reader
def disputed_minor(disputes: Sequence[Json]) -> int:
    """What they have taken, without fees."""
    facts = [fact for dispute in disputes for fact in facts_of_dispute(dispute)]
    return sum(fact.left_minor for fact in facts if fact.kind is ReversalKind.DISPUTE)


@reader
def dispute_refs_in(listed: Json) -> list[str]:
    """Newest first, as PayPal lists them."""
    return [each["dispute_id"] for each in items_of(listed, "items")]
