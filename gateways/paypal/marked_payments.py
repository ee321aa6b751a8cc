"""Payments that bear our marks, for books that have forgotten them."""

from collections.abc import Iterator
from datetime import datetime

from gateways.paypal.transactions import Transactions, payments_in
from schemas.facts.payments import MarkedPaymentFact


class MarkedPayments(Transactions):
    """Lists what was paid."""

    def list_marked(self, created_after: datetime) -> Iterator[MarkedPaymentFact]:
        """Payments that came or are to come, each as it is now; see MarkedPayments of the ports.

        What was asked for and not paid PayPal does not list: nothing is lost with it. What came in the last three hours
        it may not list yet: that is told by the list of events, see `events_list`. Raises Unavailable for a payment
        that is listed and that PayPal does not know.
        """
        for page in self._search(created_after):
            for found in payments_in(page):
                payment = self._listed_payment(found)
                if payment is not None:
                    yield MarkedPaymentFact(payment, found.marks)
