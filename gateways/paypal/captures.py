"""Takes the money of an approved order (https://developer.paypal.com/docs/api/orders/v2/#orders_capture)."""

from dataclasses import replace

from billing.errors import Unavailable
from gateways.paypal.calls import segment
from gateways.paypal.errors import DECLINES, MADE_BEFORE, Busy, Refused
from gateways.paypal.orders import ORDERS, Orders
from gateways.paypal.payments import APPROVAL_LINKS, payment_of_order
from gateways.paypal.shapes import Json, link
from schemas.facts.payments import CaptureRequest, PaymentFact, PaymentStatus

# The buyer is sent to the page once more, to choose another way of paying.
# https://developer.paypal.com/docs/checkout/standard/customize/handle-funding-failures/
SENT_BACK = frozenset({"instrument_declined", "payer_action_required", "redirect_payer_for_alternate_funding"})


class Captures(Orders):
    """Captures orders, each once, whoever asks how often."""

    def capture(self, request: CaptureRequest) -> PaymentFact:
        """Capture an order; see Captures of the ports.

        Whatever PayPal refuses, the order tells what became of it: it may be captured already, perhaps by whoever asks
        at the same time, not approved (yet), closed, or wait for another way of paying. One that PayPal has forgotten
        was not captured, and will not be: Rejected `resource_not_found`. Raises Unavailable where PayPal makes no
        second payment of the attempt: the first has an outcome, to be found.
        """
        path = f"{ORDERS}/{segment(request.checkout_ref)}/capture"
        try:
            order = self._post(path, {}, request.idempotency_key, request.checkout_ref)
        except (Refused, Busy) as problem:
            found = self._order(request.checkout_ref)
            if found is None:
                raise
            return _after(problem, found)
        return payment_of_order(self._ours(order))


def _after(problem: Refused | Busy, order: Json) -> PaymentFact:
    """What became of an order that was not captured now. Raises the problem where that is none of the buyer's."""
    found = payment_of_order(order)
    if found.status is not PaymentStatus.APPROVED:
        return found
    if isinstance(problem, Busy):
        raise problem
    page_url = problem.page_url or link(order, *APPROVAL_LINKS)
    if problem.code in SENT_BACK and page_url:
        return replace(found, status=PaymentStatus.PENDING, page_url=page_url)
    if problem.code in DECLINES:
        return replace(found, status=PaymentStatus.FAILED, failure_code=problem.code)
    if problem.code == MADE_BEFORE:
        raise Unavailable(f"attempt {found.attempt_id} was paid before", ambiguous=True) from problem
    raise problem
