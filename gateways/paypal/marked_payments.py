"""Payments that bear our marks, for books that have forgotten them."""

from collections.abc import Iterator
from datetime import datetime

from gateways.paypal.payments import marked_payment_of_order
from gateways.paypal.transactions import Transactions, payments_in
from schemas.facts.payments import MarkedPaymentFact


class MarkedPayments(Transactions):
    """Lists what was paid."""

    def list_marked(self, created_after: datetime) -> Iterator[MarkedPaymentFact]:
        """Payments that came, each as it is now; see MarkedPayments of the ports.

        What was asked for and not paid PayPal does not list: nothing is lost with it. What came in the last three hours
        it may not list yet: that is told by the list of events, see `events_list`.
        """
        for page in self._search(created_after):
            for found in payments_in(page):
                order = self._order(self._order_ref(found.capture_ref))
                if order is not None:
                    yield marked_payment_of_order(order)
